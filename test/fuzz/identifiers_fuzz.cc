// A uid, and three resourceVersions, one per line.
#include <algorithm>
#include <string>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/base/assert.h"
#include "test/fuzz/input.h"

namespace windlass::fuzz {
namespace {

using Order = std::optional<std::strong_ordering>;

void CheckUid(std::string_view text) {
  const std::optional<Uid> uid = Uid::Parse(text);
  if (!uid) return;
  const std::string written = uid->ToString();
  WL_ASSERT(written.size() == text.size());
  WL_ASSERT(Uid::Parse(written) == uid);
  for (size_t i = 0; i < text.size(); ++i) {
    const char lower = text[i] >= 'A' && text[i] <= 'F' ? static_cast<char>(text[i] + 32) : text[i];
    WL_ASSERT(written[i] == lower);
  }
}

// The versions that can be compared have one consistent order.
void CheckVersions(const ResourceVersion& a, const ResourceVersion& b, const ResourceVersion& c) {
  const Order ab = ResourceVersion::Compare(a, b);
  const Order ba = ResourceVersion::Compare(b, a);
  WL_ASSERT(ab.has_value() == (a.comparable() && b.comparable()));
  WL_ASSERT(ab.has_value() == ba.has_value());
  if (!ab) return;
  WL_ASSERT((*ab == 0) == (a == b) && (*ab < 0) == (*ba > 0));
  const Order bc = ResourceVersion::Compare(b, c);
  if (bc && *ab < 0 && *bc < 0) WL_ASSERT(*ResourceVersion::Compare(a, c) < 0);
}

ResourceVersion TakeLine(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  ResourceVersion version{std::string(text.substr(0, end))};
  text.remove_prefix(std::min(end + 1, text.size()));
  return version;
}

const Target kTarget("identifiers", [](std::string_view bytes) {
  auto [uid, versions] = TwoTexts(bytes);
  CheckUid(uid);
  const auto a = TakeLine(versions);
  const auto b = TakeLine(versions);
  const auto c = TakeLine(versions);
  CheckVersions(a, b, c);
});

}  // namespace
}  // namespace windlass::fuzz
