#include "controller/replication_controller/situation.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/count/pod_available.h"
#include "controller/replication_controller/words.h"
#include "kubeclient/api/parts.h"
#include "kubeclient/api/pod_list.h"
#include "kubeclient/base/duration.h"

namespace windlass::replication_controller {
namespace {

// The defaults of kubectl's flags. The CRD refuses texts that are not durations.
constexpr Duration kUpdatePeriodDefault = std::chrono::minutes(1);
constexpr Duration kTimeoutDefault = std::chrono::minutes(5);

seconds WholeSeconds(const std::string& text, Duration otherwise) {
  return std::chrono::ceil<seconds>(ParseDuration(text).value_or(otherwise));
}

// The parts that ReadAll keeps of each object in a list.
constexpr std::string_view kListParts[] = {
    "/metadata/name",
    "/metadata/uid",
    "/metadata/annotations/kubectl.kubernetes.io~1update-source-id",  // kSourceId
    "/metadata/annotations/windlass.dev~1cleanup",                    // kCleanup
    "/spec/selector",
    "/spec/scaleTargetRef"};

}  // namespace

std::string_view Situation::cleanup() const {
  return spec().rollback ? kDelete : cleanup_forward();
}

std::string_view Situation::cleanup_forward() const {
  if (!spec().cleanup.empty()) return spec().cleanup;
  return spec().new_name.empty() ? kRename : kDelete;
}

seconds Situation::update_period() const {
  return WholeSeconds(spec().update_period, kUpdatePeriodDefault);
}

WallTime Situation::deadline_from_now() const {
  return now + std::max(WholeSeconds(spec().timeout, kTimeoutDefault), update_period());
}

Situation MakeSituation(const View& view, const Learned& learned, WallTime now) {
  return {.view = view,
          .learned = learned,
          .now = now,
          .new_name = NewNameOf(view.update, view.old_controller),
          .run = StatusOfRun(view.update)};
}

bool HasScaledUp(const ReplicationController& controller) {
  return IsObserved(controller) && controller.status.replicas == controller.replicas;
}

bool HasScaledDown(const Situation& situation, const ReplicationController& controller) {
  const int64_t live = std::ssize(LivePodsOf(situation, controller));
  return IsObserved(controller) && controller.status.replicas <= controller.replicas &&
         live <= controller.replicas;
}

std::vector<const Pod*> LivePodsOf(const Situation& situation,
                                   const ReplicationController& controller) {
  std::vector<const Pod*> pods = situation.view.pods;
  std::erase_if(pods, [&](const Pod* pod) {
    const OwnerReference* owner = pod->meta.ControllerRef();
    return pod->meta.deleting() || owner == nullptr || owner->uid != controller.meta.uid;
  });
  return pods;
}

StringMap LabelsOfTemplate(const std::string& template_json) {
  return MapOf(At(ParseJson(template_json), "/metadata/labels"));
}

Availability CountAvailable(const Situation& situation, const ReplicationController& controller) {
  Availability availability;
  const LabelSelector selector = SelectorOf(controller.selector);
  for (const Pod* pod : LivePodsOf(situation, controller)) {
    if (!pod->ready.IsTrue() || !Matches(selector, pod->meta.labels)) continue;
    const std::optional<WallTime> from =
        PodAvailableFrom(pod->ready.last_transition_time(), situation.spec().min_ready_seconds);
    if (!from) continue;
    if (*from <= situation.now) {
      ++availability.available;
    } else {
      availability.next = Sooner(availability.next, from);
    }
  }
  availability.available =
      std::min({availability.available, controller.status.ready_replicas, controller.replicas});
  return availability;
}

Answer Ask(const Situation& situation, Read read) {
  const Outcome* outcome = FindOutcome(situation.learned, read.request.Identity());
  if (outcome == nullptr) return {.step = std::move(read)};
  if (outcome->said.ok()) return {outcome};
  const bool may_fail = read.go_on_if_refused || read.request.verb() == Verb::kGet;
  // A malformed answer may come from something else than an API server, and must not be taken for a
  // list without items.
  const bool is_list = outcome->said.error().kind != ErrorKind::kMalformed;
  if (may_fail && is_list) return {outcome};
  return {.step = Failed{Error(outcome->said.error()).Context(read.request.Describe())}};
}

Read ReadPods(const Situation& situation, std::string label_selector, std::string why) {
  return {.request = Request::List(resources::kPods, situation.update().meta.namespace_,
                                   MetadataOfLivePods(std::move(label_selector))),
          .why = std::move(why),
          .digest = DigestBy(&AllPods)};
}

Read ReadAll(const Situation& situation, const ResourceId& resource, std::string why) {
  return {
      .request = Request::List(resource, situation.update().meta.namespace_),
      .why = std::move(why),
      .digest = DigestBy([](std::string_view list) { return KeepPartsOfItems(list, kListParts); })};
}

OrStep<Json> FindByUid(const Situation& situation, std::string_view uid) {
  Answer answer =
      Ask(situation, ReadAll(situation, resources::kReplicationControllers,
                             "the cache may lack a controller that an annotation names"));
  if (answer.step) return {.step = std::move(answer.step)};
  for (Json& item : ItemsIn(answer)) {
    if (TextAt(item, "/metadata/uid") == uid) return {std::move(item)};
  }
  return {};
}

Json ObjectIn(const Answer& answer) {
  const Outcome& outcome = *answer.value;
  if (!outcome.said.ok()) return Json();
  const auto* parts = outcome.value.As<std::string>();
  return ParseJson(parts != nullptr ? *parts : outcome.said->body);
}

Json ItemsIn(const Answer& answer) {
  const Json items = At(ObjectIn(answer), "/items");
  return items.is_array() ? items : Json();
}

}  // namespace windlass::replication_controller
