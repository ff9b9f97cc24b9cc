/*
 * Folders: made with their parents, listed.
 * Must not remove any that was there before; that is scratch's.
 */
#ifndef VMQ_FOLDER_H
#define VMQ_FOLDER_H

#include "base/error.h"

#include <sys/types.h>

/* Makes a folder and its missing parents (0755, less the umask); the last gets exactly `mode` if it is made here. */
int folder_make(const char *path, mode_t mode, struct error *err);

/* Can a folder be made there? One is made, and taken away at once. */
int folder_try(const char *path, struct error *err);

/* Gives a folder exactly `mode`. */
int folder_set_mode(const char *path, mode_t mode, struct error *err);

/* Names in a folder without "." and "..", sorted bytewise, NULL at the end. One block: release with free. */
int folder_list(const char *path, char ***names, struct error *err);

#endif
