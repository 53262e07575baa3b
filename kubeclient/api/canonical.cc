#include "kubeclient/api/canonical.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "kubeclient/api/json_reader.h"
#include "kubeclient/api/pod_template_fields.h"
#include "kubeclient/api/quantity.h"
#include "kubeclient/api/time.h"

namespace windlass {
namespace {

const Field kLiteralField{{}, FieldKind::kLiteral};
const Field kQuantityValue{{}, FieldKind::kQuantityPointer};

// Returns how to read the member `key` of an object that `parent` describes.
const Field& MemberOf(const Field& parent, std::string_view key) {
  if (parent.kind == FieldKind::kQuantityMap) return kQuantityValue;
  for (const Field& field : parent.fields()) {
    if (field.name == key) return field;
  }
  return kLiteralField;
}

// Returns true if the canonical value `text` of `field` means the same as an absent field (D-153).
bool IsAbsent(const Field& field, std::string_view text) {
  if (text == "[]") return true;
  switch (field.kind) {
    case FieldKind::kScalar:
      return text == R"("")" || text == "0" || text == "-0" || text == "false";
    case FieldKind::kIntOrString: return text == "0" || text == "-0";
    case FieldKind::kQuantity: return text == R"("0")";
    case FieldKind::kMap:
    case FieldKind::kTemplateLabels:
    case FieldKind::kQuantityMap:
    case FieldKind::kStruct: return text == "{}";
    case FieldKind::kLiteral:
    case FieldKind::kTime:
    case FieldKind::kQuantityPointer:
    case FieldKind::kObject:
    case FieldKind::kList: return false;
  }
  return false;
}

void AppendString(std::string_view text, std::string& out) {
  constexpr std::string_view kHexDigits = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHexDigits[byte >> 4U];
      out += kHexDigits[byte & 15U];
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace

struct Canonicalizer::State {
  // A member that was written, as a range of `out`. The range is empty if the member means the same
  // as an absent member.
  struct Member {
    std::string_view key;
    size_t begin = 0;
    size_t end = 0;
  };

  JsonReader in;
  std::string out;
  std::vector<Member> members;  // of all objects being written, innermost last
  std::string sorted;

  void Value(const Field& field);
  void Scalar(const Field& field);
  void Object(const Field& field);
  void Array(const Field& field);
  void Sort(size_t first_member, size_t begin);
};

void Canonicalizer::State::Value(const Field& field) {
  switch (in.type()) {
    case JsonReader::Type::kObject: return Object(field);
    case JsonReader::Type::kArray: return Array(field);
    case JsonReader::Type::kString:
    case JsonReader::Type::kNumber: return Scalar(field);
    case JsonReader::Type::kBool: out += in.Bool() ? "true" : "false"; return;
    case JsonReader::Type::kNull:
      in.Null();
      out += "null";
      return;
  }
}

// Writes a string or number. Keeps a text as it is if it does not parse as the kind of its field,
// such as "abc" for a quantity.
void Canonicalizer::State::Scalar(const Field& field) {
  const bool is_string = in.type() == JsonReader::Type::kString;
  const std::string_view text = is_string ? in.String() : in.Number();
  if (field.kind == FieldKind::kQuantity || field.kind == FieldKind::kQuantityPointer) {
    const Result<std::string> quantity = CanonicalQuantity(text);
    return quantity.ok() ? AppendString(*quantity, out) : AppendString(text, out);
  }
  if (field.kind == FieldKind::kTime) {
    if (const std::optional<int64_t> micros = ParseMicroTime(text)) {
      return AppendString(FormatMicroTime(*micros), out);
    }
  }
  if (is_string) return AppendString(text, out);
  out += text;
}

void Canonicalizer::State::Object(const Field& field) {
  const size_t first_member = members.size();
  const size_t object_begin = out.size();
  in.Object([&](std::string_view key) {
    if (field.kind == FieldKind::kTemplateLabels && key == kPodTemplateHashLabel) return;
    const Field& member = MemberOf(field, key);
    const size_t begin = out.size();
    AppendString(key, out);
    out += ':';
    const size_t value_begin = out.size();
    Value(member);
    // Of a repeated key, the last member that is not null counts. So Sort must see even a member
    // that means the same as an absent one. Example: "a":1,"a":0 means "a":0, so Sort writes
    // nothing.
    if (IsAbsent(member, std::string_view(out).substr(value_begin))) out.resize(begin);
    members.push_back({key, begin, out.size()});
  });
  Sort(first_member, object_begin);
}

// Rewrites the members written since `begin` as one object with sorted keys.
void Canonicalizer::State::Sort(size_t first_member, size_t begin) {
  const auto first = members.begin() + static_cast<std::ptrdiff_t>(first_member);
  std::stable_sort(first, members.end(),
                   [](const Member& a, const Member& b) { return a.key < b.key; });
  sorted = "{";
  for (auto member = first; member != members.end(); ++member) {
    const bool repeated = member + 1 != members.end() && (member + 1)->key == member->key;
    if (repeated || member->begin == member->end) continue;
    if (sorted.size() > 1) sorted += ',';
    sorted.append(out, member->begin, member->end - member->begin);
  }
  sorted += '}';
  out.replace(begin, std::string::npos, sorted);
  members.resize(first_member);
}

void Canonicalizer::State::Array(const Field& field) {
  Field element = kLiteralField;
  if (field.kind == FieldKind::kList) {
    element = field;
    element.kind = FieldKind::kObject;
  }
  out += '[';
  bool first = true;
  in.Array([&] {
    if (!std::exchange(first, false)) out += ',';
    Value(element);
  });
  out += ']';
}

Canonicalizer::Canonicalizer() : state_(std::make_unique<State>()) {}
Canonicalizer::~Canonicalizer() = default;

Result<std::string_view> Canonicalizer::Canonical(std::string_view template_json) {
  State& s = *state_;
  s.out.clear();
  s.members.clear();
  s.in.Begin(template_json);
  Field root{{}, FieldKind::kObject};
  root.members = PodTemplateFields().data();
  root.member_count = PodTemplateFields().size();
  s.Value(root);
  WINDLASS_TRY([[maybe_unused]] const Unit whole, s.in.End());
  return std::string_view(s.out);
}

Result<std::string> CanonicalTemplate(std::string_view template_json) {
  Canonicalizer canonicalizer;
  WINDLASS_TRY(const std::string_view canonical, canonicalizer.Canonical(template_json));
  return std::string(canonical);
}

// FNV-1a with 128 bits.
Fingerprint FingerprintOf(std::string_view canonical_template) {
  using Bits = unsigned __int128;
  constexpr Bits kPrime = Bits{1} << 88U | 0x13BU;
  Bits hash = Bits{0x6C62272E07BB0142ULL} << 64U | 0x62B821756295C58DULL;
  for (const char c : canonical_template) {
    hash ^= static_cast<unsigned char>(c);
    hash *= kPrime;
  }
  return {static_cast<uint64_t>(hash >> 64U), static_cast<uint64_t>(hash)};
}

std::string ComputeHash(std::string_view canonical_template, int64_t collision_count) {
  uint32_t hash = 2166136261U;
  const auto add = [&hash](uint32_t byte) { hash = (hash ^ byte) * 16777619U; };
  for (const char c : canonical_template) add(static_cast<unsigned char>(c));
  if (collision_count >= 0) {
    const auto count = static_cast<uint32_t>(collision_count);
    for (uint32_t shift = 0; shift < 32; shift += 8) add(count >> shift & 0xFFU);
    for (int i = 0; i < 4; ++i) add(0);
  }
  std::string text = std::to_string(hash);
  for (char& digit : text) digit = "456789bcdf"[digit - '0'];
  return text;
}

}  // namespace windlass
