// Assertions that stay on in release builds: a crash and restart is proven harmless, going on in a
// wrong state is not. Never on external input.
#pragma once

namespace windlass {

// Writes "assertion failed: <text> (<file>:<line>)" to standard error and aborts.
[[noreturn]] void AssertionFailed(const char* text, const char* file, int line);

}  // namespace windlass

#define WL_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : ::windlass::AssertionFailed(#condition, __FILE__, __LINE__))
