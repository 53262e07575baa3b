#include "kubeclient/base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace windlass {

void AssertionFailed(const char* text, const char* file, int line) {
  std::fprintf(stderr, "assertion failed: %s (%s:%d)\n", text, file, line);
  std::abort();
}

}  // namespace windlass
