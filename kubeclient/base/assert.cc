#include "kubeclient/base/assert.h"

#include <cstdio>
#include <cstdlib>
#include <string>

#include "kubeclient/base/assert_scope.h"

namespace windlass {
namespace {

thread_local int scopes = 0;  // how many AssertionsThrow exist on this thread

}  // namespace

AssertionsThrow::AssertionsThrow() { ++scopes; }
AssertionsThrow::~AssertionsThrow() { --scopes; }
bool AssertionsThrow::IsActive() { return scopes > 0; }

void AssertionFailed(const char* text, const char* file, int line) {
  const std::string message =
      "assertion failed: " + std::string(text) + " (" + file + ":" + std::to_string(line) + ")";
  if (AssertionsThrow::IsActive()) throw AssertionError(message);
  std::fprintf(stderr, "%s\n", message.c_str());
  std::abort();
}

}  // namespace windlass
