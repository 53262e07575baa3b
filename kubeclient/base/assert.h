// WL_ASSERT: an assertion that stays on in release builds. Tests prove that a crash and a restart
// do no harm, but going on in a wrong state may do harm. Never assert on external input.
#pragma once

namespace windlass {

// Writes "assertion failed: <text> (<file>:<line>)" to standard error and aborts. While an
// AssertionsThrow (assert_scope.h) exists on this thread, throws an AssertionError with this text
// instead.
[[noreturn]] void AssertionFailed(const char* text, const char* file, int line);

}  // namespace windlass

#define WL_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : ::windlass::AssertionFailed(#condition, __FILE__, __LINE__))
