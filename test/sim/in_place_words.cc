#include "test/sim/in_place_words.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "test/sim/owners.h"
#include "test/sim/rollout_undo.h"

namespace windlass::sim {
namespace {

struct DrainLabel {
  std::string key;
  std::string off;
};

// Parses "Label:<key>=<on>/<off>"; the key may contain slashes.
DrainLabel DrainLabelOf(const std::string& text) {
  static constexpr std::string_view kLabel = "Label:";
  const size_t equals = text.find('=');
  if (!text.starts_with(kLabel) || equals == std::string::npos) return {};
  const size_t slash = text.find('/', equals);
  if (slash == std::string::npos) return {};
  return {text.substr(kLabel.size(), equals - kLabel.size()), text.substr(slash + 1)};
}

DrainLabel DrainLabelOfRollout(const Json& in_place) {
  if (TextAt(in_place, {"drain"}) != "Label") return {};
  return {TextAt(in_place, {"drainLabel", "key"}), TextAt(in_place, {"drainLabel", "drained"})};
}

// A Rollout has its settings in spec.strategy.inPlace.
const Json& SettingsOf(const Json& rollout) { return At(rollout, {"spec", "strategy", "inPlace"}); }

std::string MaxUnavailable(const Json& owner) {
  if (!IsRollout(owner)) return AnnotationOf(owner, "windlass.dev/in-place-max-unavailable");
  const Json& value = At(SettingsOf(owner), {"maxUnavailable"});
  if (value.is_number_integer()) return std::to_string(value.get<int64_t>());
  return TextAt(SettingsOf(owner), {"maxUnavailable"});
}

// Returns a note about the present revision of `rs`; null if there is none.
Json NoteOf(const Json& rs, const char* key) {
  Json note = Json::parse(AnnotationOf(rs, key), nullptr, /*allow_exceptions=*/false);
  const bool is_present = TextAt(note, {"rev"}) == std::to_string(RevisionOfRollout(rs));
  return is_present ? note : Json();
}

// Returns how the present revision of `rs` is rolled out, by its note; empty if it has none.
std::string ModeOf(const Json& rs) { return TextAt(NoteOf(rs, kInPlaceMode), {"mode"}); }

}  // namespace

bool WantsInPlace(const Json& owner) {
  if (IsRollout(owner)) return TextAt(owner, {"spec", "strategy", "type"}).starts_with("InPlace");
  const std::string policy = AnnotationOf(owner, "windlass.dev/in-place");
  // With a value that means nothing new Pods are made.
  return policy == "Only" || policy == "IfPossible";
}

bool AsksForOnly(const Json& owner) {
  if (IsRollout(owner)) return TextAt(owner, {"spec", "strategy", "type"}) == "InPlaceOnly";
  return AnnotationOf(owner, "windlass.dev/in-place") == "Only";
}

RolloutLimits InPlaceLimitsOf(const Json& owner) {
  RolloutLimits limits = LimitsOf(owner);
  const std::string text = MaxUnavailable(owner);
  if (text.empty()) return limits;
  int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  limits.unavailable = text.back() == '%' ? value * limits.desired / 100 : value;
  limits.unavailable = std::min(limits.unavailable, limits.desired);
  return limits;
}

bool IsDrained(const Json& owner, const Json& pod) {
  const bool rollout = IsRollout(owner);
  const std::string drain = rollout ? TextAt(SettingsOf(owner), {"drain"})
                                    : AnnotationOf(owner, "windlass.dev/in-place-drain");
  if (drain == "Gate") {
    return TextAt(ConditionOf(pod, "windlass.dev/in-place-ready"), {"status"}) == "False";
  }
  const DrainLabel label = rollout ? DrainLabelOfRollout(SettingsOf(owner)) : DrainLabelOf(drain);
  return !label.key.empty() && LabelOf(pod, label.key) == label.off;
}

Object HighestOf(const std::vector<Object>& replica_sets) {
  Object highest;
  for (const Object& rs : replica_sets) {
    if (highest == nullptr || RevisionOfRollout(*rs) > RevisionOfRollout(*highest)) highest = rs;
  }
  return highest;
}

bool SaysInPlace(const Json& rs) { return ModeOf(rs) == "InPlace"; }

bool SaysReplace(const Json& rs) { return ModeOf(rs) == "Recreate"; }

GivenUpNote GivenUpNoteOf(const Json& rs) {
  const Json note = NoteOf(rs, kInPlaceBlocked);
  return {.noted = !note.is_null(), .tried = TextAt(note, {"tried"})};
}

bool SaysGivenUp(const Json& rs) {
  const GivenUpNote note = GivenUpNoteOf(rs);
  return note.noted && note.tried.empty();
}

std::string UnblockOf(const Json& owner) {
  if (!IsRollout(owner)) return AnnotationOf(owner, "windlass.dev/in-place-unblock");
  const Json& revision = At(SettingsOf(owner), {"unblock"});
  return revision.is_number_integer() ? std::to_string(revision.get<int64_t>()) : "";
}

bool HasOwnPods(const Json& rs) {
  return ReplicasOf(rs) > 0 && AnnotationOf(rs, kInPlaceStandIns) != std::to_string(ReplicasOf(rs));
}

Json TemplateOf(const Json& object) {
  Json pattern = TemplateInReplicaSet(object);
  if (!At(pattern, {"metadata", "labels"}).is_null()) {
    pattern["metadata"]["labels"].erase("pod-template-hash");
  }
  return pattern;
}

std::string ImageIn(const Json& pod_spec, const std::string& container) {
  for (const char* list : {"containers", "initContainers"}) {
    for (const Json& one : At(pod_spec, {list})) {
      if (TextAt(one, {"name"}) == container) return TextAt(one, {"image"});
    }
  }
  return "";
}

std::vector<std::string> ContainersOf(const Json& pod_spec) {
  std::vector<std::string> names;
  for (const char* list : {"containers", "initContainers"}) {
    for (const Json& one : At(pod_spec, {list})) names.push_back(TextAt(one, {"name"}));
  }
  return names;
}

bool ChangesImages(const Json& before, const Json& after) {
  const Json& old = At(before, {"spec"});
  const Json& wished = At(after, {"spec"});
  return std::ranges::any_of(ContainersOf(old), [&](const std::string& name) {
    return ImageIn(old, name) != ImageIn(wished, name);
  });
}

const Json& ResourcesIn(const Json& pod_spec, const std::string& container) {
  for (const char* list : {"containers", "initContainers"}) {
    for (const Json& one : At(pod_spec, {list})) {
      if (TextAt(one, {"name"}) == container) return At(one, {"resources"});
    }
  }
  return At(pod_spec, {"no such container"});
}

bool RestartsForResources(const Json& before, const Json& after) {
  for (const char* list : {"containers", "initContainers"}) {
    for (const Json& one : At(after, {"spec", list})) {
      const Json& old = ResourcesIn(At(before, {"spec"}), TextAt(one, {"name"}));
      for (const Json& policy : At(one, {"resizePolicy"})) {
        if (TextAt(policy, {"restartPolicy"}) != "RestartContainer") continue;
        const std::string resource = TextAt(policy, {"resourceName"});
        for (const char* amounts : {"requests", "limits"}) {
          const std::string had = TextAt(old, {amounts, resource});
          if (had != TextAt(one, {"resources", amounts, resource})) return true;
        }
      }
    }
  }
  return false;
}

}  // namespace windlass::sim
