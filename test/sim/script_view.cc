#include "test/sim/script_view.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <nlohmann/json.hpp>
#include <regex>

#include "test/sim/owners.h"
#include "test/sim/script_deployment.h"
#include "test/sim/script_expected.h"

namespace windlass::sim {
namespace {

constexpr std::string_view kRevision = "deployment.kubernetes.io/revision";
constexpr std::string_view kRestartedAt = "kubectl.kubernetes.io/restartedAt";
constexpr std::string_view kRollbackTo = "deprecated.deployment.rollback.to";
// On ReplicaSets: Windlass' own notes, which Kubernetes' controller has not (docs/differences.md).
constexpr std::array<std::string_view, 4> kNotes = {
    "windlass.dev/requested-template", "internal.windlass.dev/aborted",
    "internal.windlass.dev/complete", "internal.windlass.dev/scaled-to-zero"};
// Conditions, and an Event of the same name.
constexpr std::array<std::string_view, 6> kOnlyOfRollouts = {
    "Ready", "Reconciling", "Stalled", "RollbackRefused", "PodsStuck", "SelectorOverlap"};

std::string NumberOrNone(const Json& value) {
  return value.is_number_integer() ? std::to_string(value.get<int64_t>()) : "none";
}

std::string Counter(const Json& object, const char* shown, const char* field) {
  return std::string(" ") + shown + "=" + std::to_string(IntAt(object, {"status", field}));
}

std::string Flag(const char* shown, bool holds) {
  return std::string(" ") + shown + "=" + (holds ? "true" : "false");
}

std::string Sizes(const Json& object) {
  return Counter(object, "ready", "readyReplicas") +
         Counter(object, "available", "availableReplicas");
}

std::string Terminating(const Json& object) {
  return " terminating=" + NumberOrNone(At(object, {"status", "terminatingReplicas"}));
}

std::string DeploymentLine(const Json& object) {
  const bool observed =
      IntAt(object, {"status", "observedGeneration"}) >= IntAt(object, {"metadata", "generation"});
  return "deployment " + NameOf(object) + Flag("observed", observed) +
         Counter(object, "replicas", "replicas") + Counter(object, "updated", "updatedReplicas") +
         Sizes(object) + Counter(object, "unavailable", "unavailableReplicas") +
         Terminating(object) +
         " collisions=" + NumberOrNone(At(object, {"status", "collisionCount"})) +
         Flag("deleting", IsDeleting(object));
}

std::string ReplicaSetLine(const std::string& shown, const Json& object) {
  const Json& containers = At(object, {"spec", "template", "spec", "containers"});
  return "replicaset " + shown + " image=" + TextAt(containers[0], {"image"}) +
         " spec=" + std::to_string(IntAt(object, {"spec", "replicas"})) +
         Counter(object, "replicas", "replicas") + Sizes(object) + Terminating(object) +
         " minReadySeconds=" +
         std::to_string(IntAt(object, {"spec", "minReadySeconds"}) / kScriptSecondsFactor) +
         Flag("deleting", IsDeleting(object));
}

void AddAnnotations(std::vector<std::string>& lines, const std::string& shown, const Json& object,
                    bool replica_set) {
  const Json& annotations = At(object, {"metadata", "annotations"});
  if (!annotations.is_object()) return;
  for (const auto& [key, value] : annotations.items()) {
    const bool is_note = std::ranges::find(kNotes, key) != kNotes.end();
    const bool hidden = key == kRevision || is_note;
    if (key == kRestartedAt || (replica_set && hidden)) continue;
    lines.push_back("annotation " + shown + " " + key + "=" + value.get<std::string>());
  }
}

// Adds what a Deployment has in an annotation, and a Rollout in a field.
void AddField(std::vector<std::string>& lines, const Json& rollout, std::string_view annotation,
              const Json& field) {
  if (!field.is_number_integer()) return;
  lines.push_back("annotation " + NameOf(rollout) + " " + std::string(annotation) + "=" +
                  NumberOrNone(field));
}

// Reasons have the kind's name: RolloutPaused is shown as DeploymentPaused.
std::string AsOfDeployment(const std::string& reason) {
  static const std::string kOfRollout(resources::kRollouts.kind);
  if (!reason.starts_with(kOfRollout)) return reason;
  return std::string(resources::kDeployments.kind) + reason.substr(kOfRollout.size());
}

bool IsShown(const Json& owner, const Json& condition) {
  const std::string type = TextAt(condition, {"type"});
  return !IsRollout(owner) || std::ranges::find(kOnlyOfRollouts, type) == kOnlyOfRollouts.end();
}

// Parses "Scaled up replica set <name> from <a> to <b>", possibly after the prefix of merged
// Events.
struct Scaled {
  std::string replica_set;
  int64_t change = 0;
};
Scaled ScaledOf(const std::string& message) {
  static const std::regex kPattern("Scaled (?:up|down) replica set (\\S+) from (\\d+) to (\\d+)");
  std::smatch found;
  if (!std::regex_search(message, found, kPattern)) return {};
  return {found[1], std::stoll(found[3]) - std::stoll(found[2])};
}

// A combined Event hides the sizes of the Events in it, so the lines about it go on both sides.
void ForgetCombined(std::vector<std::string>& expected, std::vector<std::string>& actual) {
  std::vector<std::string> prefixes;
  for (const auto* lines : {&expected, &actual}) {
    for (const std::string& line : *lines) {
      if (line.starts_with("event ") && line.ends_with(" ScalingReplicaSet combined")) {
        prefixes.push_back(line.substr(0, line.size() - std::string("combined").size()));
      }
    }
  }
  for (auto* lines : {&expected, &actual}) {
    std::erase_if(*lines, [&](const std::string& line) {
      return std::any_of(prefixes.begin(), prefixes.end(),
                         [&](const std::string& prefix) { return line.starts_with(prefix); });
    });
  }
}

// The lines of a step that only one side has, sorted.
struct DifferingLines {
  std::vector<std::string> missing;  // only expected
  std::vector<std::string> added;    // only actual

  // Returns what those lines are about that match.
  std::set<std::string> SubjectsThatMatch(const std::string& pattern) const {
    const std::regex regex(pattern);
    std::set<std::string> subjects;
    for (const auto* lines : {&missing, &added}) {
      for (const std::string& line : *lines) {
        if (std::regex_search(line, regex)) subjects.insert(SubjectOf(line));
      }
    }
    return subjects;
  }
};

DifferingLines LinesThatDiffer(std::vector<std::string> expected, std::vector<std::string> actual) {
  ForgetCombined(expected, actual);
  std::ranges::sort(expected);
  std::ranges::sort(actual);
  DifferingLines lines;
  std::ranges::set_difference(expected, actual, std::back_inserter(lines.missing));
  std::ranges::set_difference(actual, expected, std::back_inserter(lines.added));
  return lines;
}

}  // namespace

std::string ReasonOf(const Json& owner, const Json& condition) {
  const auto counter = [&](const char* field) { return IntAt(owner, {"status", field}); };
  const int64_t replicas = counter("replicas");
  const bool complete = counter("observedGeneration") >= IntAt(owner, {"metadata", "generation"}) &&
                        replicas == IntAt(owner, {"spec", "replicas"}) &&
                        counter("updatedReplicas") == replicas &&
                        counter("availableReplicas") == replicas;
  const bool moving = TextAt(condition, {"type"}) == "Progressing" &&
                      TextAt(condition, {"status"}) == "True" && !complete;
  return moving ? "moving" : AsOfDeployment(TextAt(condition, {"reason"}));
}

ScriptView::ScriptView(ApiServer& server, const ReplicaSetNames& names)
    : server_(server), names_(names) {
  // Each write of an Event counts as one event: a repeated one raises its count.
  server_.store().OnChange([this](const Change& change) {
    if (change.key.resource == resources::kEvents && change.after != nullptr)
      OnEvent(*change.after);
  });
}

void ScriptView::OnEvent(const Json& event) {
  const std::string kind = TextAt(event, {"involvedObject", "kind"});
  const auto is_other = [&](const ResourceId& other) {
    return other != names_.kind() && other.kind == kind;
  };
  if (std::ranges::any_of(kOwnerKinds, is_other)) return;
  const std::string owner = TextAt(event, {"involvedObject", "name"});
  const std::string reason = AsOfDeployment(TextAt(event, {"reason"}));
  if (std::ranges::find(kOnlyOfRollouts, reason) != kOnlyOfRollouts.end()) return;
  if (reason != "ScalingReplicaSet") {
    others_.emplace(owner, reason);
    return;
  }
  const Scaled scaled = ScaledOf(TextAt(event, {"message"}));
  scaled_[{owner, scaled.replica_set}] += scaled.change;
}

std::vector<std::string> ScriptView::State() const {
  std::vector<std::string> lines;
  for (const Object& owner : server_.List(names_.kind(), "default")) {
    const std::string name = NameOf(*owner);
    lines.push_back(DeploymentLine(*owner));
    for (const Json& condition : At(*owner, {"status", "conditions"})) {
      if (!IsShown(*owner, condition)) continue;
      lines.push_back("condition " + name + " " + TextAt(condition, {"type"}) + "=" +
                      TextAt(condition, {"status"}) + " " + ReasonOf(*owner, condition));
    }
    if (IsRollout(*owner)) {
      AddField(lines, *owner, kRevision, At(*owner, {"status", "currentRevision"}));
      AddField(lines, *owner, kRollbackTo, At(*owner, {"spec", "rollbackTo", "revision"}));
    }
    AddAnnotations(lines, name, *owner, false);
  }
  for (const Object& set : server_.List(resources::kReplicaSets, "default")) {
    if (!names_.Knows(*set)) continue;
    const std::string shown = names_.Shown(NameOf(*set));
    lines.push_back(ReplicaSetLine(shown, *set));
    AddAnnotations(lines, shown, *set, true);
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::vector<std::string> ScriptView::TakeEvents() {
  std::map<std::string, int64_t> changes;
  for (const auto& [about, change] : scaled_) {
    changes["event " + about.first + " ScalingReplicaSet " + names_.ShownInEvents(about.second)] +=
        change;
  }
  std::vector<std::string> lines;
  for (const auto& [line, change] : changes) {
    if (change == 0) continue;
    lines.push_back(line + (change > 0 ? " +" : " ") + std::to_string(change));
  }
  for (const auto& [deployment, reason] : others_) {
    lines.push_back("event " + deployment + " " + reason);
  }
  scaled_.clear();
  // This Event comes with every retry, at times that differ. So it stays in every state since its
  // first.
  std::erase_if(others_, [](const auto& other) { return other.second != "ReplicaSetCreateError"; });
  return lines;
}

std::vector<std::string> Differences(const std::vector<std::string>& expected,
                                     const std::vector<std::string>& actual,
                                     const std::vector<std::string>& patterns) {
  const DifferingLines lines = LinesThatDiffer(expected, actual);
  std::set<std::string> explained;
  for (const std::string& pattern : patterns) {
    const std::set<std::string> subjects = lines.SubjectsThatMatch(pattern);
    explained.insert(subjects.begin(), subjects.end());
  }
  std::vector<std::string> differences;
  for (const std::string& line : lines.missing) {
    if (!explained.contains(SubjectOf(line))) differences.push_back("- " + line);
  }
  for (const std::string& line : lines.added) {
    if (!explained.contains(SubjectOf(line))) differences.push_back("+ " + line);
  }
  return differences;
}

std::vector<std::string> UnusedPatterns(const std::vector<std::string>& expected,
                                        const std::vector<std::string>& actual,
                                        const std::vector<std::string>& patterns) {
  const DifferingLines lines = LinesThatDiffer(expected, actual);
  std::vector<std::string> unused;
  std::ranges::copy_if(patterns, std::back_inserter(unused), [&](const std::string& pattern) {
    return lines.SubjectsThatMatch(pattern).empty();
  });
  return unused;
}

}  // namespace windlass::sim
