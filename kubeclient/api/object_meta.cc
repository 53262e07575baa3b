#include "kubeclient/api/object_meta.h"

#include <functional>

namespace windlass {
namespace {

constexpr size_t kUidLength = 36;
constexpr std::string_view kHexDigits = "0123456789abcdef";

constexpr bool DashAt(size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

std::optional<uint64_t> HexDigit(char c) {
  if (c >= '0' && c <= '9') return static_cast<uint64_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<uint64_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<uint64_t>(c - 'A' + 10);
  return std::nullopt;
}

}  // namespace

std::optional<Uid> Uid::Parse(std::string_view text) {
  if (text.size() != kUidLength) return std::nullopt;
  Uid uid;
  for (size_t i = 0; i < kUidLength; ++i) {
    if (DashAt(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const std::optional<uint64_t> digit = HexDigit(text[i]);
    if (!digit) return std::nullopt;
    uid.high = uid.high << 4U | uid.low >> 60U;
    uid.low = uid.low << 4U | *digit;
  }
  return uid;
}

std::string Uid::ToString() const {
  std::string text(kUidLength, '-');
  uint64_t rest_high = high;
  uint64_t rest_low = low;
  for (size_t i = kUidLength; i-- > 0;) {
    if (DashAt(i)) continue;
    text[i] = kHexDigits[rest_low & 15U];
    rest_low = rest_low >> 4U | rest_high << 60U;
    rest_high >>= 4U;
  }
  return text;
}

bool ResourceVersion::comparable() const {
  // No object has version "0". In list and watch requests "0" means "any version".
  return !text.empty() && text[0] != '0' &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::strong_ordering> ResourceVersion::Compare(const ResourceVersion& a,
                                                             const ResourceVersion& b) {
  if (!a.comparable() || !b.comparable()) return std::nullopt;
  if (a.text.size() != b.text.size()) return a.text.size() <=> b.text.size();
  return a.text.compare(b.text) <=> 0;
}

const OwnerReference* ObjectMeta::ControllerRef() const {
  const auto at = std::find_if(owner_references.begin(), owner_references.end(),
                               [](const OwnerReference& ref) { return ref.controller; });
  return at == owner_references.end() ? nullptr : &*at;
}

bool ObjectMeta::IsControlledBy(const Uid& owner) const {
  const OwnerReference* controller = ControllerRef();
  return controller != nullptr && controller->uid == owner;
}

size_t BytesOf(const ObjectMeta& meta) {
  return meta.name.capacity() + meta.resource_version.text.capacity() + meta.labels.bytes() +
         meta.annotations.bytes() + meta.owner_references.capacity() * sizeof(OwnerReference);
}

size_t TextBytesOf(const ObjectMeta& meta) {
  return meta.labels.text_bytes() + meta.annotations.text_bytes() +
         TextBytesOf(meta.owner_references);
}

size_t TextBytesOf(const std::vector<OwnerReference>& owners) {
  size_t bytes = 0;
  for (const OwnerReference& owner : owners) {
    for (const Symbol& text : {owner.api_version, owner.kind, owner.name}) {
      bytes += text.text().size() + SymbolTable::kBytesOfEntry;
    }
  }
  return bytes;
}

void Cut(ObjectMeta& meta) {
  if (meta.labels.text_bytes() > kLabelBytesOfCut) meta.labels = {};
  meta.annotations = {};
  const OwnerReference* controller = meta.ControllerRef();
  if (controller == nullptr) {
    meta.owner_references = {};
  } else {
    meta.owner_references = std::vector<OwnerReference>{*controller};
  }
}

std::string ObjectKey::ToString() const {
  if (namespace_.empty()) return name;
  std::string text(namespace_.text());
  text += '/';
  text += name;
  return text;
}

size_t ObjectKeyHash::operator()(const ObjectKey& key) const {
  const std::hash<std::string_view> hash;
  return hash(key.namespace_.text()) * 0x9E3779B97F4A7C15ULL ^ hash(key.name);
}

}  // namespace windlass
