#include "kubeclient/api/decode_fields.h"

#include <string>
#include <utility>

#include "kubeclient/api/time.h"
#include "kubeclient/base/cut_text.h"

namespace windlass {
namespace {

// The decoder skips this annotation, because it is often as large as its object, and is never
// copied to ReplicaSets (D-163).
constexpr std::string_view kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";

// Reads the annotations that `which` and `keeps` want. Returns true if the object has any
// annotation, even one that is not kept.
bool ReadAnnotations(JsonReader& in, SymbolTable& symbols, Annotations which,
                     const KeepsAnnotation& keeps, StringMap& out) {
  bool any = false;
  out = {};
  in.Object([&](std::string_view key) {
    any = true;
    if (key == kLastApplied) return;
    if (which == Annotations::kSome) {
      // The values differ from object to object, so they are not interned.
      if (keeps(key)) out.Set(symbols.Intern(key), Symbol(in.String()));
      return;
    }
    out.Set(symbols.Intern(key), symbols.Intern(in.String()));
  });
  out.ShrinkToFit();
  return any;
}

// Keeps short annotations at once. Decides about long annotations only after it has read all keys:
// even the last key may cause all annotations to be kept (KeepsAllWith).
void ReadAnnotations(JsonReader& in, SymbolTable& symbols, const DecodeInterests& interests,
                     StringMap& out, LargeAnnotations& large) {
  out = {};
  large.clear();
  std::vector<std::pair<std::string_view, std::string_view>> long_ones;
  bool keeps_all = !interests.LeavesOutAnnotations();
  in.Object([&](std::string_view key) {
    if (key == kLastApplied) return;
    keeps_all = keeps_all || interests.KeepsAllWith(key);
    const std::string_view value = in.String();
    if (value.size() > kAnnotationBytesKept) {
      long_ones.emplace_back(key, value);
    } else {
      out.Set(symbols.Intern(key), symbols.Intern(value));
    }
  });
  for (const auto& [key, value] : long_ones) {
    if (keeps_all || interests.ReadsAnnotation(key)) {
      out.Set(symbols.Intern(key), symbols.Intern(value));
    } else {
      large.push_back(
          {symbols.Intern(key), FingerprintOf(value), static_cast<uint32_t>(value.size())});
    }
  }
  out.ShrinkToFit();
}

void ReadRequirements(JsonReader& in, SymbolTable& symbols,
                      std::vector<LabelSelectorRequirement>& out) {
  out.clear();
  in.Array([&] {
    LabelSelectorRequirement requirement;
    in.Object([&](std::string_view key) {
      if (key == "key")
        requirement.key = symbols.Intern(in.String());
      else if (key == "operator")
        requirement.op = symbols.Intern(in.String());
      else if (key == "values") {
        std::vector<Symbol> values;
        in.Array([&] { values.push_back(symbols.Intern(in.String())); });
        requirement.values = std::move(values);
      }
    });
    out.push_back(std::move(requirement));
  });
}

}  // namespace

void ReadOwnerReferences(JsonReader& in, SymbolTable& symbols, std::vector<OwnerReference>& out) {
  out.clear();
  in.Array([&] {
    OwnerReference owner;
    owner.uid = Uid::Foreign();
    in.Object([&](std::string_view key) {
      if (key == "apiVersion")
        owner.api_version = symbols.Intern(CutText(in.String(), kApiVersionBytesMax));
      else if (key == "kind")
        owner.kind = symbols.Intern(CutText(in.String(), kKindBytesMax));
      else if (key == "name")
        owner.name = symbols.Intern(CutText(in.String(), kNameBytesMax));
      else if (key == "uid")
        owner.uid = Uid::Parse(in.String()).value_or(Uid::Foreign());
      else if (key == "controller")
        owner.controller = in.Bool();
      else if (key == "blockOwnerDeletion")
        owner.block_owner_deletion = in.Bool();
    });
    out.push_back(std::move(owner));
  });
}

void ReadUid(JsonReader& in, Uid& out) {
  out = {};
  const std::string_view text = in.String();
  if (text.empty()) return;
  const std::optional<Uid> uid = Uid::Parse(text);
  if (!uid) return in.Fail("must be a UUID");
  out = *uid;
}

void ReadTime(JsonReader& in, WallTime& out) {
  const std::optional<WallTime> time = ParseTime(in.String());
  if (!time) in.Fail("must be an RFC 3339 time");
  out = time.value_or(WallTime{});
}

void ReadStringMap(JsonReader& in, SymbolTable& symbols, StringMap& out) {
  out = {};
  in.Object(
      [&](std::string_view key) { out.Set(symbols.Intern(key), symbols.Intern(in.String())); });
  out.ShrinkToFit();
}

namespace {

// Reads the members of a metadata object. Calls read_other(key) for each member that this function
// does not read, such as annotations. `read_other` reads the value, or leaves it unread.
template <typename F>
void ReadMembers(JsonReader& in, SymbolTable& symbols, ObjectMeta& out, F&& read_other) {
  out = {};
  in.Object([&](std::string_view key) {
    if (key == "name")
      out.name = in.String();
    else if (key == "namespace")
      out.namespace_ = symbols.Intern(in.String());
    else if (key == "uid")
      ReadUid(in, out.uid);
    else if (key == "resourceVersion")
      out.resource_version.text = in.String();
    else if (key == "generation")
      out.generation = in.Int64();
    else if (key == "creationTimestamp")
      ReadTime(in, out.creation_timestamp);
    else if (key == "deletionTimestamp")
      ReadTime(in, out.deletion_timestamp);
    else if (key == "labels")
      ReadStringMap(in, symbols, out.labels);
    else if (key == "ownerReferences")
      ReadOwnerReferences(in, symbols, out.owner_references);
    else
      read_other(key);
  });
}

}  // namespace

bool ReadObjectMeta(JsonReader& in, SymbolTable& symbols, Annotations annotations, ObjectMeta& out,
                    const KeepsAnnotation& keeps) {
  bool annotated = false;
  ReadMembers(in, symbols, out, [&](std::string_view key) {
    if (key != "annotations" || annotations == Annotations::kSkip) return;
    annotated = ReadAnnotations(in, symbols, annotations, keeps, out.annotations);
  });
  return annotated;
}

void ReadObjectMeta(JsonReader& in, SymbolTable& symbols, const DecodeInterests& interests,
                    ObjectMeta& out, LargeAnnotations& large) {
  large.clear();
  ReadMembers(in, symbols, out, [&](std::string_view key) {
    if (key == "annotations") ReadAnnotations(in, symbols, interests, out.annotations, large);
  });
}

void ReadObjectMeta(JsonReader& in, SymbolTable& symbols, ObjectMeta& out,
                    std::vector<Symbol>& finalizers) {
  finalizers.clear();
  ReadMembers(in, symbols, out, [&](std::string_view key) {
    if (key == "annotations") {
      ReadAnnotations(in, symbols, Annotations::kKeep, {}, out.annotations);
    } else if (key == "finalizers") {
      finalizers.clear();
      in.Array([&] { finalizers.push_back(symbols.Intern(in.String())); });
    }
  });
}

void ReadLabelSelector(JsonReader& in, SymbolTable& symbols, LabelSelector& out) {
  out = {};
  out.present = true;
  in.Object([&](std::string_view key) {
    if (key == "matchLabels")
      ReadStringMap(in, symbols, out.match_labels);
    else if (key == "matchExpressions")
      ReadRequirements(in, symbols, out.match_expressions);
  });
}

void ReadConditions(JsonReader& in, SymbolTable& symbols, std::vector<Condition>& out) {
  out.clear();
  in.Array([&] {
    Condition condition;
    in.Object([&](std::string_view key) {
      if (key == "type")
        condition.type = symbols.Intern(in.String());
      else if (key == "status")
        condition.status = symbols.Intern(in.String());
      else if (key == "reason")
        condition.reason = symbols.Intern(in.String());
      else if (key == "message")
        condition.message = in.String();
      else if (key == "lastUpdateTime")
        ReadTime(in, condition.last_update_time);
      else if (key == "lastTransitionTime")
        ReadTime(in, condition.last_transition_time);
      else if (key == "observedGeneration")
        condition.observed_generation = in.Int64();
    });
    out.push_back(std::move(condition));
  });
}

namespace {

// Shortens `text` to at most kPercentBytesMax bytes without changing its meaning.
//   - Leading zeros are dropped. The API server accepts a megabyte of them before "1%".
//   - A text that is still too long is cut. Resolve refuses it in any case: a valid percentage has
//     at most 20 bytes.
std::string ShortPercent(std::string_view text) {
  if (text.size() > kPercentBytesMax) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    size_t zeros = 0;
    while (zeros + 1 < text.size() && text[zeros] == '0' && is_digit(text[zeros + 1])) ++zeros;
    text = CutText(text.substr(zeros), kPercentBytesMax);
  }
  return std::string(text);
}

}  // namespace

void ReadIntOrPercent(JsonReader& in, std::optional<IntOrPercent>& out) {
  switch (in.type()) {
    case JsonReader::Type::kNumber: out = IntOrPercent::Int(in.Int32()); return;
    case JsonReader::Type::kString: out = IntOrPercent::Percent(ShortPercent(in.String())); return;
    default: in.Fail("must be a 32-bit integer or a string");
  }
}

Status Finish(JsonReader& in, ObjectMeta& meta) {
  if (in.size() >= kLargeJsonBytes) meta.large_json_bytes = static_cast<uint32_t>(in.size());
  WINDLASS_TRY([[maybe_unused]] const Unit whole, in.End());
  if (meta.name.empty()) return Error{ErrorKind::kMalformed, "metadata.name: is missing"};
  return Unit{};
}

}  // namespace windlass
