/*
 * Flags of open.
 */
#ifndef FILE_FLAGS_H
#define FILE_FLAGS_H

int file_flags_here(int flags);
int file_flags_darwin(int flags);

/* A descriptor of a folder, or the one that stands for the working folder. */
int file_folder_here(int fd);

#endif
