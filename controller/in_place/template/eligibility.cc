#include "controller/in_place/template/eligibility.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "controller/in_place/template/json_diff.h"
#include "controller/in_place/template/metadata.h"
#include "controller/in_place/template/resources.h"
#include "controller/in_place/template/tolerations.h"
#include "kubeclient/api/canonical.h"
#include "kubeclient/base/cut_text.h"

namespace windlass::in_place {
namespace {

constexpr std::string_view kRestartedAt = "kubectl.kubernetes.io/restartedAt";

struct ContainerList {
  const char* pointer;
  bool init;
};
constexpr ContainerList kContainerLists[] = {{"/spec/containers", false},
                                             {"/spec/initContainers", true}};

using Refusal = std::optional<NotEligible>;

// The two templates to compare, in canonical form: the one that the Pods have (`host`) and the one
// that they should get (`target`).
struct Comparison {
  Json host;
  Json target;
  // CPU and memory of the containers of both, with quantities as they are written (ReadResources).
  std::vector<TemplateResources> host_resources;
  std::vector<TemplateResources> target_resources;
  bool resizes = false;  // CPU and memory may change
};

bool IsTextMapOrAbsent(const Json& json) {
  return json.is_null() || (json.is_object() && std::ranges::all_of(json, [](const Json& value) {
                              return value.is_string();
                            }));
}

Refusal JudgeRestart(const Comparison& c) {
  const Json& host = Member(At(c.host, "/metadata/annotations"), kRestartedAt);
  const Json& target = Member(At(c.target, "/metadata/annotations"), kRestartedAt);
  if (host == target) return std::nullopt;
  return NotEligible{Reason::kRestartRequested, "/metadata/annotations" + PointerTo(kRestartedAt)};
}

// Refuses if a container was added, removed, renamed or moved (P-003). Skips a list, such as
// initContainers, that one of the templates lacks: JudgeOtherFields refuses that.
Refusal JudgeNames(const Comparison& c) {
  for (const auto& [list, init] : kContainerLists) {
    const Json& host = At(c.host, list);
    const Json& target = At(c.target, list);
    const size_t count = std::max(host.size(), target.size());
    for (size_t i = 0; host.is_array() && target.is_array() && i < count; ++i) {
      const std::string pointer = list + PointerTo(i);
      if (i == host.size() || i == target.size()) {
        return NotEligible{Reason::kFieldChanged, pointer};
      }
      if (Member(host[i], "name") != Member(target[i], "name")) {
        return NotEligible{Reason::kFieldChanged, pointer + "/name"};
      }
    }
  }
  return std::nullopt;
}

// Returns the template without the fields that can change in a Pod; the rest must be equal in both
// templates. Images are not removed but replaced by "any", so that a missing image is still a
// difference. CPU and memory of containers are removed if `resizes` is true.
Json Fixed(Json pod_template, bool resizes) {
  for (const auto& [list, init] : kContainerLists) {
    if (!At(pod_template, list).is_array()) continue;
    for (Json& container : pod_template[Json::json_pointer(list)]) {
      if (Member(container, "image").is_string()) container["image"] = "any";
      if (resizes) DropCpuAndMemory(container);
    }
  }
  const auto erase = [&](const char* parent, const char* member) {
    if (At(pod_template, parent).is_object())
      pod_template[Json::json_pointer(parent)].erase(member);
  };
  for (const char* map : {"labels", "annotations"}) {
    if (IsTextMapOrAbsent(Member(At(pod_template, "/metadata"), map))) erase("/metadata", map);
  }
  if (At(pod_template, "/spec/tolerations").is_array()) erase("/spec", "tolerations");
  for (const char* parent : {"metadata", "spec"}) {  // absent and empty are equal (D-153)
    if (!pod_template.contains(parent)) pod_template[parent] = Json::object();
  }
  return pod_template;
}

// Returns true if `pointer` leads to resources of the Pod, or of a container:
// "/spec/containers/0/resources/limits/example.com~1gpu".
bool IsOfResources(std::string_view pointer) {
  if (pointer.starts_with("/spec/resources")) return true;
  for (const auto& [list, init] : kContainerLists) {
    if (!pointer.starts_with(list)) continue;
    const size_t member = pointer.find('/', std::string_view(list).size() + 1);
    return member != std::string_view::npos && pointer.substr(member).starts_with("/resources");
  }
  return false;
}

Refusal JudgeOtherFields(const Comparison& c) {
  const auto pointer = FirstDifference(Fixed(c.host, c.resizes), Fixed(c.target, c.resizes));
  if (!pointer) return std::nullopt;
  const bool in_container = std::ranges::any_of(kContainerLists, [&](const ContainerList& list) {
    return pointer->starts_with(list.pointer);
  });
  if (in_container && pointer->ends_with("/imagePullPolicy")) {
    return NotEligible{Reason::kImagePullPolicyChanged, *pointer};
  }
  const bool of_resources = c.resizes && IsOfResources(*pointer);
  return NotEligible{of_resources ? Reason::kOtherResources : Reason::kFieldChanged, *pointer};
}

ContainerKind KindOf(const Json& container, bool init) {
  if (!init) return ContainerKind::kApp;
  return Member(container, "restartPolicy") == "Always" ? ContainerKind::kSidecar
                                                        : ContainerKind::kInit;
}

// Refuses a container with restart rules of its own. By such rules the container might stay stopped
// after its exit, or its exit might end the Pod's other containers (P-005).
Refusal JudgeRestartPolicy(const Json& container, ContainerKind kind, const std::string& pointer) {
  const bool own_policy = kind == ContainerKind::kApp && container.contains("restartPolicy");
  if (own_policy || container.contains("restartPolicyRules")) {
    return NotEligible{Reason::kContainerRestartPolicy,
                       pointer + (own_policy ? "/restartPolicy" : "/restartPolicyRules")};
  }
  return std::nullopt;
}

// Adds the changed images to `changes`. Refuses if one of them cannot change in a Pod, or if only
// one of the templates has the container or its image. Requires that JudgeNames found nothing.
Refusal JudgeImages(const Comparison& c, TemplateChanges& changes) {
  for (const auto& [list, init] : kContainerLists) {
    const Json& host = At(c.host, list);
    const Json& target = At(c.target, list);
    if (host.size() != target.size()) return NotEligible{Reason::kFieldChanged, list};
    for (size_t i = 0; target.is_array() && i < target.size(); ++i) {
      const std::string pointer = list + PointerTo(i);
      const Json& name = Member(target[i], "name");
      const Json& from = Member(host[i], "image");
      const Json& to = Member(target[i], "image");
      if (from == to) continue;
      if (!name.is_string() || !from.is_string() || !to.is_string())
        return NotEligible{Reason::kFieldChanged, pointer + "/image"};
      const ContainerKind kind = KindOf(target[i], init);
      if (kind == ContainerKind::kInit) {
        return NotEligible{Reason::kInitImageChanged, pointer + "/image"};
      }
      if (Refusal refusal = JudgeRestartPolicy(target[i], kind, pointer)) return refusal;
      changes.images.push_back(
          {name.get<std::string>(), kind, from.get<std::string>(), to.get<std::string>()});
    }
  }
  return std::nullopt;
}

// Returns the first changed key as a pointer into the template. Requires at least one change.
std::string FirstOf(const TextChanges& labels, const TextChanges& annotations) {
  if (labels.empty()) return "/metadata/annotations" + PointerTo(annotations.begin()->first);
  return "/metadata/labels" + PointerTo(labels.begin()->first);
}

void CollectMetadata(const Comparison& c, TemplateChanges& changes) {
  changes.labels = CompareMaps(At(c.host, "/metadata/labels"), At(c.target, "/metadata/labels"));
  changes.annotations =
      CompareMaps(At(c.host, "/metadata/annotations"), At(c.target, "/metadata/annotations"));
}

// Returns the container with that name in `pod_template`, and its pointer.
std::pair<const Json*, std::string> FindContainer(const Json& pod_template,
                                                  const std::string& name) {
  for (const auto& [list, init] : kContainerLists) {
    const Json& containers = At(pod_template, list);
    for (size_t i = 0; containers.is_array() && i < containers.size(); ++i) {
      if (Member(containers[i], "name") == name) return {&containers[i], list + PointerTo(i)};
    }
  }
  return {nullptr, "/spec/containers"};
}

// Returns the pointer to the first quantity that changes.
std::string PointerOf(const Comparison& c, const ResourceChange& change) {
  std::string pointer = FindContainer(c.target, change.container).second + "/resources";
  for (size_t i = 0; i < kResourceFields.size(); ++i) {
    if (change.from.values[i] == change.to.values[i]) continue;
    return pointer + PointerTo(kResourceFields[i].list) + PointerTo(kResourceFields[i].resource);
  }
  return pointer;
}

// Returns true if `change` adds or removes a quantity. The API server refuses to remove one, so one
// that is added could not be taken back.
bool AddsOrRemoves(const ResourceChange& change) {
  for (size_t i = 0; i < kResourceFields.size(); ++i) {
    if (change.from.values[i].empty() != change.to.values[i].empty()) return true;
  }
  return false;
}

// Returns the names of the containers that the changes restart. A restarted container reads its
// environment anew.
std::set<std::string> RestartingBy(const TemplateChanges& changes) {
  std::set<std::string> names;
  for (const ImageChange& image : changes.images) names.insert(image.container);
  for (const ResourceChange& change : changes.resources) {
    if (change.restarts) names.insert(change.container);
  }
  return names;
}

// Adds the changes of CPU and memory to `changes`. Refuses, in this order,
//   - CPU or memory of Pods that cannot be resized: of Windows, with resources of the whole Pod, or
//     a plain init container that a resize would restart
//   - a quantity that is added or removed
//   - another quality of service
Refusal JudgeResources(const Comparison& c, TemplateChanges& changes) {
  if (!c.resizes) return std::nullopt;
  changes.resources = CompareResources(c.host_resources, c.target_resources);
  if (changes.resources.empty()) return std::nullopt;
  if (At(c.target, "/spec/os/name") == "windows") {
    return NotEligible{Reason::kFieldChanged, PointerOf(c, changes.resources.front())};
  }
  if (!At(c.target, "/spec/resources").is_null()) {
    return NotEligible{Reason::kOtherResources, "/spec/resources"};
  }
  for (const ResourceChange& change : changes.resources) {
    const std::string pointer = PointerOf(c, change);
    if (change.kind == ContainerKind::kInit && change.restarts) {
      return NotEligible{Reason::kFieldChanged, pointer};
    }
    if (AddsOrRemoves(change)) return NotEligible{Reason::kResourcesAddedOrRemoved, pointer};
  }
  if (QosOf(c.host_resources) != QosOf(c.target_resources)) {
    return NotEligible{Reason::kQosClassChanged, ""};
  }
  return std::nullopt;
}

// Refuses if a container that is not restarted has read a quantity that changes. Requires that
// `changes` have the images and resources.
Refusal JudgeEnvOfResources(const Comparison& c, const TemplateChanges& changes) {
  if (changes.resources.empty()) return std::nullopt;
  const std::set<std::string> restarting = RestartingBy(changes);
  for (const auto& [list, init] : kContainerLists) {
    const Json& containers = At(c.target, list);
    for (size_t i = 0; containers.is_array() && i < containers.size(); ++i) {
      const Json& name = Member(containers[i], "name");
      if (name.is_string() && restarting.contains(name.get<std::string>())) continue;
      // A plain init container that has run read its environment then, as in a Pod that is made.
      if (KindOf(containers[i], init) == ContainerKind::kInit) continue;
      if (auto pointer = FindEnvOfResources(containers[i], changes.resources)) {
        return NotEligible{Reason::kEnvFromResources, list + PointerTo(i) + *pointer};
      }
    }
  }
  return std::nullopt;
}

// Adds the changed labels and annotations to `changes`, which must have the images and tolerations
// already. Refuses, in this order,
//   - a key that cannot change in a running Pod
//   - a label that matchLabelKeys or mismatchLabelKeys name
//   - any change of labels or annotations if no image, toleration, CPU or memory changes
//   - a key that an environment variable reads, in a container that is not restarted
Refusal JudgeMetadata(const Comparison& c, TemplateChanges& changes) {
  CollectMetadata(c, changes);
  if (changes.labels.empty() && changes.annotations.empty()) return std::nullopt;

  if (auto pointer = FindFrozenKey(changes.labels, changes.annotations)) {
    return NotEligible{Reason::kFieldChanged, *pointer};
  }
  if (auto pointer = FindMatchLabelKey(changes.labels, Member(c.target, "spec"))) {
    return NotEligible{Reason::kMatchLabelKey, *pointer};
  }
  if (changes.images.empty() && changes.tolerations.empty() && changes.resources.empty()) {
    return NotEligible{Reason::kMetadataOnly, FirstOf(changes.labels, changes.annotations)};
  }
  const std::set<std::string> restarting = RestartingBy(changes);
  for (const auto& [list, init] : kContainerLists) {
    const Json& containers = At(c.target, list);
    for (size_t i = 0; containers.is_array() && i < containers.size(); ++i) {
      const Json& name = Member(containers[i], "name");
      if (name.is_string() && restarting.contains(name.get<std::string>())) continue;
      if (auto pointer = FindEnvOf(containers[i], changes.labels, changes.annotations)) {
        return NotEligible{Reason::kEnvFromMetadata, list + PointerTo(i) + *pointer};
      }
    }
  }
  return std::nullopt;
}

TolerationDiff DiffOfTolerations(const Comparison& c) {
  return CompareTolerations(At(c.host, "/spec/tolerations"), At(c.target, "/spec/tolerations"));
}

Refusal JudgeTolerations(const Comparison& c, TemplateChanges& changes) {
  TolerationDiff diff = DiffOfTolerations(c);
  if (diff.lost) {
    return NotEligible{Reason::kFieldChanged, "/spec/tolerations" + PointerTo(*diff.lost)};
  }
  changes.tolerations = std::move(diff.changes);
  return std::nullopt;
}

Verdict Judge(const Comparison& c) {
  TemplateChanges changes;
  if (Refusal refusal = JudgeRestart(c)) return *refusal;
  if (Refusal refusal = JudgeNames(c)) return *refusal;
  if (Refusal refusal = JudgeOtherFields(c)) return *refusal;
  if (Refusal refusal = JudgeTolerations(c, changes)) return *refusal;
  if (Refusal refusal = JudgeResources(c, changes)) return *refusal;
  if (Refusal refusal = JudgeImages(c, changes)) return *refusal;
  if (Refusal refusal = JudgeEnvOfResources(c, changes)) return *refusal;
  if (Refusal refusal = JudgeMetadata(c, changes)) return *refusal;
  return changes;
}

Result<Json> Parse(const std::string& canonical) {
  Json json = Json::parse(canonical, nullptr, /*allow_exceptions=*/false);
  if (json.is_object()) return json;
  return Error{ErrorKind::kMalformed, "a number in the template is too large"};
}

// Returns nullopt if the canonical texts are equal. Builds Json values only if they differ.
Result<std::optional<Comparison>> Compare(std::string_view host_template,
                                          std::string_view target_template) {
  WINDLASS_TRY(const std::string host_text, CanonicalTemplate(host_template));
  WINDLASS_TRY(const std::string target_text, CanonicalTemplate(target_template));
  if (host_text == target_text) return std::optional<Comparison>();
  WINDLASS_TRY(Json host, Parse(host_text));
  WINDLASS_TRY(Json target, Parse(target_text));
  return std::optional(Comparison{std::move(host), std::move(target), {}, {}});
}

Status ReadResources(std::string_view host_template, std::string_view target_template,
                     Comparison& c) {
  WINDLASS_TRY(c.host_resources, ReadTemplateResources(host_template));
  WINDLASS_TRY(c.target_resources, ReadTemplateResources(target_template));
  return Unit{};
}

}  // namespace

std::string_view Name(Reason reason) {
  switch (reason) {
    case Reason::kFieldChanged: return "FieldChanged";
    case Reason::kRestartRequested: return "RestartRequested";
    case Reason::kInitImageChanged: return "InitImageChanged";
    case Reason::kSidecarKubeletTooOld: return "SidecarKubeletTooOld";
    case Reason::kImagePullPolicyChanged: return "ImagePullPolicyChanged";
    case Reason::kMetadataOnly: return "MetadataOnly";
    case Reason::kEnvFromMetadata: return "EnvFromMetadata";
    case Reason::kMatchLabelKey: return "MatchLabelKey";
    case Reason::kContainerRestartPolicy: return "ContainerRestartPolicy";
    case Reason::kMultipleActiveReplicaSets: return "MultipleActiveReplicaSets";
    case Reason::kRecreateStrategy: return "RecreateStrategy";
    case Reason::kNoBudget: return "NoBudget";
    case Reason::kPodForbidden: return "PodForbidden";
    case Reason::kQosClassChanged: return "QOSClassChanged";
    case Reason::kResourcesAddedOrRemoved: return "ResourcesAddedOrRemoved";
    case Reason::kOtherResources: return "OtherResources";
    case Reason::kEnvFromResources: return "EnvFromResources";
    case Reason::kResizeServerTooOld: return "ResizeServerTooOld";
    case Reason::kResizeKubeletTooOld: return "ResizeKubeletTooOld";
    case Reason::kResizeInfeasible: return "ResizeInfeasible";
    case Reason::kResizeDeferred: return "ResizeDeferred";
  }
  return "unknown";
}

std::optional<Reason> ParseReason(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(Reason::kResizeDeferred); ++i) {
    const auto reason = static_cast<Reason>(i);
    if (Name(reason) == name) return reason;
  }
  return std::nullopt;
}

std::string Text(const NotEligible& why) {
  const std::string name(Name(why.reason));
  if (why.about.empty()) return name;
  return name + ":" + std::string(CutText(why.about, kAboutBytesMax));
}

std::optional<NotEligible> ParseNotEligible(std::string_view text) {
  const size_t colon = std::min(text.find(':'), text.size());
  const auto reason = ParseReason(text.substr(0, colon));
  if (!reason) return std::nullopt;
  text.remove_prefix(std::min(colon + 1, text.size()));
  // Earlier versions wrote a space after the colon: "PodForbidden: pods is forbidden".
  if (text.starts_with(' ')) text.remove_prefix(1);
  return NotEligible{*reason, std::string(text)};
}

Result<Verdict> CompareTemplates(std::string_view host_template, std::string_view target_template,
                                 bool resources) {
  WINDLASS_TRY(auto c, Compare(host_template, target_template));
  if (c && resources) {
    WINDLASS_TRY([[maybe_unused]] const Unit read,
                 ReadResources(host_template, target_template, *c));
    c->resizes = true;
  }
  return c ? Judge(*c) : Verdict(Unchanged{});
}

Result<bool> PatchIsMetadataOnly(std::string_view from, std::string_view to) {
  WINDLASS_TRY(auto c, Compare(from, to));
  TemplateChanges changes;
  if (!c || JudgeNames(*c) || JudgeImages(*c, changes) || !changes.images.empty()) return false;
  if (!DiffOfTolerations(*c).changes.empty()) return false;
  WINDLASS_TRY([[maybe_unused]] const Unit read, ReadResources(from, to, *c));
  if (!CompareResources(c->host_resources, c->target_resources).empty()) return false;
  CollectMetadata(*c, changes);
  return !changes.labels.empty() || !changes.annotations.empty();
}

std::optional<NotEligible> RefuseRollout(int32_t replicas, bool recreates, const Options& options,
                                         std::span<const ReplicaSet* const> replica_sets,
                                         const ReplicaSet* pending) {
  const auto active = std::ranges::count_if(
      replica_sets, [&](const ReplicaSet* rs) { return rs->replicas > 0 && rs != pending; });
  if (active > 1) return NotEligible{Reason::kMultipleActiveReplicaSets, ""};
  if (recreates && replicas > 1) {
    return NotEligible{Reason::kRecreateStrategy, ""};
  }
  if (options.max_unavailable == 0 && options.max_surge == 0 && replicas > 0) {
    return NotEligible{Reason::kNoBudget, ""};
  }
  return std::nullopt;
}

}  // namespace windlass::in_place
