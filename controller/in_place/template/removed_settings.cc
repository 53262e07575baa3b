#include "controller/in_place/template/removed_settings.h"

#include <algorithm>
#include <array>

#include "controller/in_place/template/words.h"

namespace windlass::in_place {
namespace {

// Returns `text` without leading and trailing spaces.
std::string_view Trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// Returns true if the list has each of the words image, metadata and tolerations at least once, in
// any order, and no other word. Example: "image,metadata,tolerations".
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
     "a new image of an init container leads to new Pods"},
    {"windlass.dev/in-place-fields", IsEveryField,
     "images and tolerations change in place; labels and annotations change in place only together "
     "with an image or a toleration, and otherwise lead to new Pods"},
};

}  // namespace

std::span<const RemovedSetting> RemovedSettings() { return kRemoved; }

}  // namespace windlass::in_place
