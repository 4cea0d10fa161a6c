/* Runs one command, its stdout to /dev/null, and prints what the kernel counted for it:
 *
 *     wall_us cpu_us peak_rss_kib exit_status
 *
 * It is small and static because the peak memory of a process begins with that of the process
 * that started it: measured from a benchmark of 10 MiB, a plugin of 2 MiB would show 10. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static long long micros(struct timeval t) { return t.tv_sec * 1000000LL + t.tv_usec; }

static long long now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

int main(int count, char **words)
{
    posix_spawn_file_actions_t files;
    struct rusage used;
    pid_t child;
    int status;

    if (count < 2)
        return 2;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    long long begun = now();
    if (posix_spawn(&child, words[1], &files, 0, words + 1, environ) != 0)
        return 2;
    wait4(child, &status, 0, &used);
    long long ended = now();
    printf("%lld %lld %ld %d\n", ended - begun, micros(used.ru_utime) + micros(used.ru_stime),
           used.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return 0;
}
