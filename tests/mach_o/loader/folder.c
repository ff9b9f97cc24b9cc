/*
 * Lists folders: Darwin's struct dirent is kept for each open folder until it is closed.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "darwin.h"
#include "error.h"
#include "symbols.h"

struct listing {
	struct listing *next;
	DIR *folder;
	struct darwin_dirent entry;
};
static struct listing *listings;

static DIR *darwin_opendir(const char *path)
{
	return error_too_long(path) ? NULL : opendir(path);
}

static struct listing *listing_of(DIR *folder)
{
	struct listing *found = listings;
	while (found != NULL && found->folder != folder)
		found = found->next;
	if (found == NULL && (found = calloc(1, sizeof *found)) != NULL) {
		found->folder = folder;
		found->next = listings;
		listings = found;
	}
	return found;
}

static struct darwin_dirent *darwin_readdir(DIR *folder)
{
	struct dirent *from = readdir(folder);
	struct listing *listing = from != NULL ? listing_of(folder) : NULL;
	if (listing == NULL)
		return NULL;
	struct darwin_dirent *to = &listing->entry;
	*to = (struct darwin_dirent){ .inode = from->d_ino, .type = from->d_type, .length = sizeof *to };
	to->name_length = (uint16_t)snprintf(to->name, sizeof to->name, "%s", from->d_name);
	return to;
}

static int darwin_closedir(DIR *folder)
{
	struct listing **place = &listings;
	while (*place != NULL && (*place)->folder != folder)
		place = &(*place)->next;
	if (*place != NULL) {
		struct listing *gone = *place;
		*place = gone->next;
		free(gone);
	}
	return closedir(folder);
}

const struct symbol symbols_folder[] = { OURS(opendir), OURS(readdir), OURS(closedir), TABLE_END };
