#include "controller/in_place/removed_settings.h"

#include <algorithm>
#include <array>

#include "controller/in_place/words.h"

namespace windlass::in_place {
namespace {

// "image,metadata,tolerations": each of the three words at least once and no other, in any order.
bool IsEveryField(std::string_view list) {
  constexpr std::array<std::string_view, 3> kFields = {"image", "metadata", "tolerations"};
  std::array<bool, kFields.size()> found{};
  while (true) {
    const size_t comma = list.find(',');
    const std::string_view word = Trimmed(list.substr(0, comma));
    const auto field =
        std::ranges::find_if(kFields, [&](std::string_view known) { return IsWord(word, known); });
    if (field == kFields.end()) return false;
    found[static_cast<size_t>(field - kFields.begin())] = true;
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  return std::ranges::count(found, false) == 0;
}

bool IsRecreate(std::string_view word) { return IsWord(word, "Recreate"); }

constexpr RemovedSetting kRemoved[] = {
    {"windlass.dev/in-place-init-images", IsRecreate,
     "another image of an init container means new Pods"},
    {"windlass.dev/in-place-fields", IsEveryField,
     "images, tolerations, and labels and annotations together with them change in place; labels "
     "and annotations alone mean new Pods"},
};

}  // namespace

std::span<const RemovedSetting> RemovedSettings() { return kRemoved; }

}  // namespace windlass::in_place
