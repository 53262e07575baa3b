// Runs a fuzz target under libFuzzer, which owns main:
//
//   fuzz_targets NAME [OPTION|FILE|FOLDER]…
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "test/fuzz/targets.h"

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace windlass::fuzz {
namespace {

Target::Check check = nullptr;

}  // namespace
}  // namespace windlass::fuzz

// libFuzzer would take the name for a folder, but it ignores arguments that begin with two dashes.
// It passes those on to the processes that it starts (-merge, -minimize_crash), so these processes
// get the name in this form.
int LLVMFuzzerInitialize(int* argc, char*** argv) {
  constexpr std::string_view kOption = "--target=";
  std::string_view name = *argc > 1 ? (*argv)[1] : "";
  if (name.starts_with(kOption)) name.remove_prefix(kOption.size());
  windlass::fuzz::check = windlass::fuzz::FindTarget(name);
  static std::string option = std::string(kOption).append(name);
  (*argv)[1] = option.data();
  return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  windlass::fuzz::check(size == 0 ? std::string_view()
                                  : std::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
