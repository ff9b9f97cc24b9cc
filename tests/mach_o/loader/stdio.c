/*
 * stdio over this system's: Darwin's FILE, which inline functions look into, holds one of ours.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "darwin.h"
#include "error.h"
#include "symbols.h"
#include "variadic.h"

static struct darwin_file standard[3];
static struct darwin_file *standard_input = &standard[0], *standard_output = &standard[1],
						  *standard_error = &standard[2];

void stdio_prepare(void)
{
	FILE *const here[] = { stdin, stdout, stderr };
	for (short i = 0; i < 3; i++)
		standard[i] = (struct darwin_file){ .here = here[i], .descriptor = i };
}

static struct darwin_file *darwin_fopen(const char *path, const char *mode)
{
	FILE *file = error_too_long(path) ? NULL : fopen(path, mode);
	struct darwin_file *ours = file != NULL ? calloc(1, sizeof *ours) : NULL;
	if (ours != NULL)
		*ours = (struct darwin_file){ .here = file, .descriptor = (short)fileno(file) };
	return ours;
}

static struct darwin_file *darwin_freopen(const char *path, const char *mode, struct darwin_file *file)
{
	file->here = freopen(path, mode, file->here);
	return file->here != NULL ? file : NULL;
}

static int darwin_fclose(struct darwin_file *file)
{
	int status = fclose(file->here);
	if (file < standard || file >= standard + 3)
		free(file);
	return status;
}

/* What the inline getc_unlocked() calls when nothing is left. */
static int get_more(struct darwin_file *file)
{
	file->left = 0;
	return fgetc(file->here);
}

static int darwin_fflush(struct darwin_file *file)
{
	return fflush(file != NULL ? file->here : NULL);
}

static int darwin_getc(struct darwin_file *file)
{
	return fgetc(file->here);
}

static int darwin_fputc(int c, struct darwin_file *file)
{
	return fputc(c, file->here);
}

static int darwin_fputs(const char *text, struct darwin_file *file)
{
	return fputs(text, file->here);
}

static size_t darwin_fread(void *to, size_t size, size_t count, struct darwin_file *file)
{
	return fread(to, size, count, file->here);
}

static size_t darwin_fwrite(const void *from, size_t size, size_t count, struct darwin_file *file)
{
	return fwrite(from, size, count, file->here);
}

static long darwin_ftell(struct darwin_file *file)
{
	return ftell(file->here);
}

static void darwin_rewind(struct darwin_file *file)
{
	rewind(file->here);
}

static int darwin_feof(struct darwin_file *file)
{
	return feof(file->here);
}

static int darwin_ferror(struct darwin_file *file)
{
	return ferror(file->here);
}

static int darwin_fileno(struct darwin_file *file)
{
	return fileno(file->here);
}

static int darwin_setvbuf(struct darwin_file *file, char *buffer, int mode, size_t size)
{
	return setvbuf(file->here, buffer, mode, size);
}

static ssize_t darwin_getline(char **line, size_t *size, struct darwin_file *file)
{
	return getline(line, size, file->here);
}

#define FORMAT(position) __attribute__((format(printf, position, 0)))
int list_printf(const char *format, const char *arguments) FORMAT(1);
int list_fprintf(struct darwin_file *file, const char *format, const char *arguments) FORMAT(2);
int list_sprintf(char *to, const char *format, const char *arguments) FORMAT(2);
int list_snprintf(char *to, size_t size, const char *format, const char *arguments) FORMAT(3);
int list_sprintf_checked(char *to, int flag, size_t size, const char *format, const char *arguments) FORMAT(4);

int list_fprintf(struct darwin_file *file, const char *format, const char *arguments)
{
	/* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): variadic() has filled it */
	return vfprintf(file->here, format, variadic(arguments).list);
}

int list_printf(const char *format, const char *arguments)
{
	return list_fprintf(standard_output, format, arguments);
}

int list_sprintf(char *to, const char *format, const char *arguments)
{
	/* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): variadic() has filled it */
	return vsprintf(to, format, variadic(arguments).list);
}

int list_snprintf(char *to, size_t size, const char *format, const char *arguments)
{
	/* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): variadic() has filled it */
	return vsnprintf(to, size, format, variadic(arguments).list);
}

/* ___sprintf_chk of <secure/_stdio.h> */
int list_sprintf_checked(char *to, int flag, size_t size, const char *format, const char *arguments)
{
	(void)flag;
	int length = list_snprintf(to, size, format, arguments);
	if (length >= 0 && (size_t)length >= size)
		abort();
	return length;
}

const struct symbol symbols_stdio[] = {
	NAMED("___stdinp", &standard_input),
	NAMED("___stdoutp", &standard_output),
	NAMED("___stderrp", &standard_error),
	OURS(fopen),
	NAMED("_fopen$DARWIN_EXTSN", darwin_fopen),
	OURS(freopen),
	OURS(fclose),
	OURS(fflush),
	OURS(getc),
	NAMED("___srget", get_more),
	OURS(fputc),
	NAMED("_putc", darwin_fputc),
	OURS(fputs),
	OURS(fread),
	OURS(fwrite),
	OURS(ftell),
	OURS(rewind),
	OURS(feof),
	OURS(ferror),
	OURS(fileno),
	OURS(setvbuf),
	OURS(getline),
	OURS(printf),
	OURS(fprintf),
	OURS(sprintf),
	OURS(snprintf),
	NAMED("___sprintf_chk", darwin_sprintf_checked),
	NAMED("_vfprintf", list_fprintf),
	NAMED("_vprintf", list_printf),
	NAMED("_vsprintf", list_sprintf),
	NAMED("_vsnprintf", list_snprintf),
	DIRECT(putchar),
	DIRECT(puts),
	TABLE_END,
};
