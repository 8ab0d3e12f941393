#ifndef ASSAY_CHILD_FILES_H
#define ASSAY_CHILD_FILES_H

#include <spawn.h>

/// Has the child close all descriptors from a number on. Returns 0, or an error number.
int assay_spawn_close_from(posix_spawn_file_actions_t *actions, int first);

#endif
