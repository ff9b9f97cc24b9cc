/*
 * Removes a folder with all that it holds.
 * Must not follow a link, and must not decide what may be removed.
 */
#ifndef VMQ_TREE_H
#define VMQ_TREE_H

/* Removes `name` in the open folder (AT_FDCWD: a path), and what is below it; links are removed themselves. Returns 0,
 * or -1 with errno. */
int tree_remove(int folder, const char *name);

#endif
