/*
 * Asks a system what a program can see of it, and prints the answers: built for macOS and run by the loader, and built
 * for this machine, it must print the same (test_loader.py). One argument: an empty folder to work in. Must not ask for
 * anything that the two systems answer differently on purpose.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <regex.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#ifdef __APPLE__
#include <CommonCrypto/CommonDigest.h>
#endif

static char self[4096];

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
	va_list list;
	va_start(list, format);
	/* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): clang-tidy 14 forgets va_start */
	(void)vfprintf(stdout, format, list);
	va_end(list);
	(void)fflush(stdout);
}

/* Says how a call that is to fail has ended, and whether with that error. */
static void say_failure(const char *what, long result, int wanted)
{
	int number = errno;
	say("%s: %ld, the error expected: %d\n", what, result, number == wanted);
}

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static const char *const words[] = { "zero", "one", "two" }; /* pointers that a loader has to move */

static void language(void)
{
	int numbers[] = { 5, 2, 9, -1, 7 };
	char text[64];
	qsort(numbers, 5, sizeof *numbers, compare);
	say("sorted %d %d %d, %s\n", numbers[0], numbers[1], numbers[4], words[numbers[1]]);
	say("%d %s %f %lld %c %5.1f %x %g %zu %e\n", 1, "a", 2.5, -7LL, 'z', 3.25, 255u, 1e10, (size_t)9, 1.5);
	(void)snprintf(text, sizeof text, "%s %d %d %d %d %d %d %d %d %.2f", "many", 1, 2, 3, 4, 5, 6, 7, 8, 0.125);
	errno = 0;
	say_failure("strtol", strtol("999999999999999999999", NULL, 10), ERANGE);
	say("[%s] %.3f\n", text, strtod("2.5e3", NULL));
}

static void jumps(void)
{
	jmp_buf place;
	volatile int times = 0;
	if (_setjmp(place) < 3) /* without the signal mask, as Lua uses it */
		_longjmp(place, ++times);
	say("jumped %d times\n", times);
}

static volatile sig_atomic_t seen;
static void on_signal(int number)
{
	seen = number;
}

static void signals(void)
{
	const int numbers[] = { SIGHUP, SIGINT, SIGPIPE, SIGTERM, SIGCHLD, SIGCONT, SIGWINCH, SIGUSR1, SIGUSR2 };
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART }, before;
	(void)sigfillset(&action.sa_mask);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		(void)sigaction(numbers[i], &action, &before);
		(void)raise(numbers[i]);
		say("%d %d, ", before.sa_handler == SIG_DFL, seen == numbers[i]);
		(void)sigaction(numbers[i], &before, &action);
		say("%d %d %d\n", action.sa_handler == on_signal, (action.sa_flags & SA_RESTART) != 0,
		    sigismember(&action.sa_mask, SIGTERM));
	}
}

static void blocked_signals(void)
{
	sigset_t set, pending, old;
	struct timespec limit = { .tv_sec = 5 };
	seen = 0;
	(void)signal(SIGUSR2, on_signal);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGUSR2);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)raise(SIGUSR2);
	(void)sigpending(&pending);
	say("blocked %d, pending %d %d\n", seen == 0, sigismember(&pending, SIGUSR2), sigismember(&pending, SIGUSR1));
	(void)sigemptyset(&old);
	say_failure("pselect", pselect(0, NULL, NULL, NULL, &limit, &old), EINTR);
	say("woken %d\n", seen == SIGUSR2);
	(void)sigprocmask(SIG_UNBLOCK, &set, &old);
	say("was blocked %d\n", sigismember(&old, SIGUSR2));
}

static void pipes(void)
{
	int ends[2];
	char byte;
	fd_set set;
	struct timeval limit = { .tv_usec = 1000 };
	if (pipe(ends) != 0)
		return;
	(void)fcntl(ends[0], F_SETFL, fcntl(ends[0], F_GETFL) | O_NONBLOCK);
	say_failure("read", (long)read(ends[0], &byte, 1), EAGAIN);
	say("flags %d", (fcntl(ends[0], F_GETFL) & O_NONBLOCK) != 0);
	say(" %d\n", fcntl(ends[1], F_GETFL) == O_WRONLY);
	FD_ZERO(&set);
	FD_SET(ends[0], &set);
	say("nothing %d", select(ends[0] + 1, &set, NULL, NULL, &limit));
	(void)!write(ends[1], "x", 1);
	FD_SET(ends[0], &set);
	int ready = select(ends[0] + 1, &set, NULL, NULL, &limit);
	say(", something %d %d\n", ready, FD_ISSET(ends[0], &set) != 0);
	int high = fcntl(ends[0], F_DUPFD_CLOEXEC, 50);
	say("copied %d %d\n", high >= 50, fcntl(high, F_GETFD) == FD_CLOEXEC);
	(void)close(ends[0]);
	(void)close(ends[1]);
	(void)close(high);
}

static void errors(void)
{
	char far[5000];
	struct stat st;
	memset(far, 'x', sizeof far);
	far[sizeof far - 1] = '\0';
	say_failure("stat", stat("not-here", &st), ENOENT);
	say_failure("a long path", stat(far, &st), ENAMETOOLONG);
	say_failure("mkdir", mkdir(".", 0700), EEXIST);
	say_failure("dup2", dup2(-1, 3), EBADF);
	say_failure("kill", kill(getpid(), -1), EINVAL);
	(void)mkdir("full", 0700);
	(void)mkdir("full/inner", 0700);
	say_failure("rmdir", rmdir("full"), ENOTEMPTY);
	say("removed %d", rmdir("full/inner"));
	say(" %d\n", remove("full"));
	say("%s\n", strerror(ENOENT));
}

static void stdio(void)
{
	int sum = 0, c;
	char *line = NULL;
	size_t size = 0;
	FILE *file = fopen("stdio", "w+");
	for (int i = 0; i < 3000; i++)
		(void)fprintf(file, "%d%c", i, i % 10 == 9 ? '\n' : ' ');
	(void)fflush(file);
	say("at %ld", ftell(file));
	rewind(file);
	say(" line %d", (int)getline(&line, &size, file));
	while ((c = getc_unlocked(file)) != EOF)
		sum += c;
	say(" sum %d end %d error %d\n", sum, feof(file) != 0, ferror(file) != 0);
	free(line);
	(void)fclose(file);
}

static void show(const char *name, const struct stat *st)
{
	say("%s: mode %o, size %lld, links %d, user %d, folder %d, link %d, now %d\n", name, (unsigned)st->st_mode,
	    (long long)st->st_size, (int)st->st_nlink, (int)st->st_uid, S_ISDIR(st->st_mode), S_ISLNK(st->st_mode),
	    time(NULL) - st->st_mtime < 1000);
}

static void files(int folder)
{
	struct stat st;
	char text[8] = "";
	int fd = openat(folder, "f", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640), other;
	say("created %d cloexec %d\n", fd >= 0, fcntl(fd, F_GETFD));
	say_failure("created twice", openat(folder, "f", O_WRONLY | O_CREAT | O_EXCL, 0640), EEXIST);
	other = open("f", O_RDWR);
	say("locked %d\n", flock(fd, LOCK_EX | LOCK_NB));
	say_failure("locked twice", flock(other, LOCK_EX | LOCK_NB), EWOULDBLOCK);
	(void)!write(fd, "0123456789", 10);
	int cut = ftruncate(fd, 8), got = (int)pread(fd, text, 3, 2);
	say("cut %d read %d %s\n", cut, got, text);
	(void)fchmod(fd, 0604);
	(void)fstat(fd, &st);
	show("f", &st);
	char *map = mmap(NULL, 8, PROT_READ, MAP_PRIVATE, fd, 0),
		 *free_map = mmap(NULL, 100, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
	say("mapped %.8s %d locked %d\n", map, free_map[99], mlock(free_map, 100));
	(void)munmap(map, 8);
	(void)munmap(free_map, 100);
	(void)close(fd);
	(void)close(other);
}

static void links(int folder)
{
	struct stat st;
	char real[4096];
	(void)symlink("f", "link");
	(void)symlink(".", "loop");
	(void)lstat("link", &st);
	show("link", &st);
	(void)stat("loop", &st);
	say("loop: folder %d\n", S_ISDIR(st.st_mode));
	say_failure("not followed", openat(folder, "link", O_RDONLY | O_NOFOLLOW), ELOOP);
	int fd = open("loop", O_RDONLY | O_DIRECTORY);
	say("as a folder %d\n", fd >= 0);
	(void)close(fd);
	char *found = realpath("loop/./loop/link", real);
	say("real %s\n", found != NULL ? strrchr(found, '/') : "none");
	say("unlink a folder %d", unlinkat(folder, "..", 0));
	say(", rename %d", rename("link", "moved"));
	say(", access %d %d\n", access("moved", R_OK), access("link", F_OK));
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void folders(int folder)
{
	char *names[16] = { NULL };
	int count = 0;
	DIR *listed = fdopendir(folder);
	for (const struct dirent *entry; (entry = readdir(listed)) != NULL && count < 16;)
		if (entry->d_name[0] != '.')
			names[count++] = strdup(entry->d_name);
	qsort(names, (size_t)count, sizeof *names, compare_names);
	for (int i = 0; i < count; i++) {
		say("%s %d\n", names[i], unlinkat(dirfd(listed), names[i], 0));
		free(names[i]);
	}
	(void)closedir(listed);
}

/* In both systems a new terminal's. */
static void show_terminal(int fd)
{
	struct termios now;
	(void)tcgetattr(fd, &now);
	say("terminal %d %d %d %d %d %d %d, keys %d %d %d %d\n", (now.c_lflag & ICANON) != 0, (now.c_lflag & ECHO) != 0,
	    (now.c_lflag & ISIG) != 0, (now.c_lflag & IEXTEN) != 0, (now.c_iflag & ICRNL) != 0, (now.c_oflag & OPOST) != 0,
	    (now.c_oflag & ONLCR) != 0, now.c_cc[VINTR], now.c_cc[VEOF], now.c_cc[VSUSP], now.c_cc[VQUIT]);
}

static void terminals(void)
{
	char text[16], name[64];
	struct winsize size = { .ws_row = 24, .ws_col = 80 };
	struct termios raw;
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	(void)grantpt(master);
	(void)unlockpt(master);
	int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	(void)ioctl(master, TIOCSWINSZ, &size);
	size = (struct winsize){ 0 };
	(void)ioctl(slave, TIOCGWINSZ, &size);
	say("size %d %d, tty %d, name %d\n", size.ws_row, size.ws_col, isatty(slave), ttyname_r(slave, name, sizeof name));
	show_terminal(slave);
	(void)tcgetattr(slave, &raw);
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
	raw.c_iflag &= ~(tcflag_t)ICRNL;
	raw.c_cc[VINTR] = 5;
	(void)tcsetattr(slave, TCSAFLUSH, &raw);
	show_terminal(slave);
	say("flushed %d", tcflush(slave, TCIFLUSH));
	(void)!write(slave, "out\n", 4);
	ssize_t got = read(master, text, sizeof text);
	say(" written %d", (int)got);
	(void)close(slave);
	got = read(master, text, sizeof text);
	say(" closed %d\n", got == 0 || (got < 0 && errno == EIO));
	(void)close(master);
}

static void text(void)
{
	wchar_t wide = 0;
	mbstate_t state = { 0 };
	regex_t regex;
	regmatch_t match[2];
	say("ctype");
	for (int c = 0; c < 128; c++)
		say(" %d%d%d%d%d%d", !!isalpha(c), !!isspace(c), !!ispunct(c), !!isxdigit(c), !!iscntrl(c), toupper(c));
	say("\nlocale %d", setlocale(LC_ALL, "C.UTF-8") != NULL);
	int length = (int)mbrtowc(&wide, "\303\251", 2, &state);
	say(" %s %d %x %d\n", nl_langinfo(CODESET), length, (unsigned)wide, wcwidth(0x4e2d));
	say("regex %d", regcomp(&regex, "a(b+)c", REG_EXTENDED | REG_ICASE));
	say(" %d", regexec(&regex, "xxABBC", 2, match, 0));
	say(" %d %d\n", (int)match[1].rm_so, (int)match[1].rm_eo);
	regfree(&regex);
}

/* Does a clock answer, and not go back? */
static bool goes_forward(clockid_t clock)
{
	struct timespec one, two;
	if (clock_gettime(clock, &one) != 0 || clock_gettime(clock, &two) != 0)
		return false;
	return two.tv_sec > one.tv_sec || (two.tv_sec == one.tv_sec && two.tv_nsec >= one.tv_nsec);
}

static void times(void)
{
	char text[64];
	const time_t day = 86400;
	struct tm parts;
	(void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", gmtime_r(&day, &parts));
	say("%s, forward %d %d %d\n", text, goes_forward(CLOCK_REALTIME), goes_forward(CLOCK_MONOTONIC),
	    goes_forward(CLOCK_PROCESS_CPUTIME_ID));
}

/* How a child ends that does the nth thing. */
static void child(int n)
{
	char name[] = "again", argument[] = "argument with a blank", one[] = "ONE=1";
	char *again[] = { name, argument, NULL }, *environment[] = { one, NULL };
	int status = 0;
	pid_t pid = fork();
	if (pid == 0) {
		if (n == 1)
			(void)raise(SIGUSR1);
		if (n == 2)
			(void)execlp("sh", "sh", "-c", "exit 7", (char *)NULL);
		if (n == 3)
			(void)execve(self, again, environment);
		_exit(9);
	}
	pid_t ended = waitpid(pid, &status, 0);
	say("child %d: %d, exited %d %d, killed %d %d\n", n, ended == pid, WIFEXITED(status),
	    WIFEXITED(status) ? WEXITSTATUS(status) : 0, WIFSIGNALED(status),
	    WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1);
}

static void digests(void)
{
#ifdef __APPLE__
	unsigned char small[32], large[48];
	CC_SHA256_CTX state;
	CC_SHA512_CTX state_384;
	(void)CC_SHA256_Init(&state);
	(void)CC_SHA256_Update(&state, "a", 1);
	(void)CC_SHA256_Update(&state, "bc", 2);
	(void)CC_SHA256_Final(small, &state);
	(void)CC_SHA384_Init(&state_384);
	(void)CC_SHA384_Update(&state_384, "abc", 3);
	(void)CC_SHA384_Final(large, &state_384);
	say("%02x%02x %02x%02x\n", small[0], small[31], large[0], large[47]);
#else
	say("baad cba7\n"); /* of FIPS 180-4's examples for "abc" */
#endif
}

int main(int argc, char **argv)
{
	const struct rlimit none = { 0 };
	if (strcmp(argv[0], "again") == 0) {
		say("started again with [%s] and %s\n", argc == 2 ? argv[1] : "?", getenv("ONE"));
		return getenv("PATH") == NULL ? 3 : 4;
	}
	if (argc != 2 || realpath(argv[0], self) == NULL || chdir(argv[1]) != 0)
		return 2;
	int folder = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	language();
	jumps();
	signals();
	blocked_signals();
	pipes();
	errors();
	stdio();
	files(folder);
	links(folder);
	folders(folder);
	terminals();
	text();
	times();
	digests();
	for (int n = 0; n < 4; n++)
		child(n);
	int status = system("exit 3"); /* NOLINT(cert-env33-c): it is asked of the system, not of a person */
	say("limit %d, system %d\n", setrlimit(RLIMIT_CORE, &none), WEXITSTATUS(status));
	return 0;
}
