#include "controller/replication_controller/validate.h"

#include <nlohmann/json.hpp>
#include <string>

#include "controller/replication_controller/json.h"
#include "controller/replication_controller/new_controller.h"
#include "controller/replication_controller/status.h"
#include "controller/replication_controller/target.h"
#include "controller/replication_controller/texts.h"
#include "controller/replication_controller/words.h"

namespace windlass::replication_controller {
namespace {

std::optional<Step> RefuseOwned(const Situation& situation,
                                const ReplicationController* controller) {
  if (controller == nullptr) return std::nullopt;
  const OwnerReference* owner = controller->meta.ControllerRef();
  if (owner == nullptr) return std::nullopt;
  const std::string other = Fill("{} {}", owner->kind.text(), owner->name.text());
  return Fail(situation, kOwnedByOther,
              Fill("ReplicationController {} belongs to {}, which would undo what an update does, "
                   "so it is left alone. Change {} instead",
                   controller->meta.name, other, other));
}

// Returns the refusal that names an autoscaler of `body`, a list, which scales one of the two.
std::optional<Step> RefuseAutoscaled(const Situation& situation, const std::string& body) {
  const std::optional<Json> items = ItemsOf(body);
  if (!items) return std::nullopt;
  for (const Json& item : *items) {
    if (TextAt(item, "/spec/scaleTargetRef/kind") != "ReplicationController") continue;
    const std::string scaled = TextAt(item, "/spec/scaleTargetRef/name");
    if (scaled != situation.old_name() && scaled != situation.new_name) continue;
    return Fail(situation, kAutoscaled,
                Fill("HorizontalPodAutoscaler {} scales ReplicationController {}, which the update "
                     "has to scale itself. Delete the autoscaler, begin the update again, and "
                     "create the autoscaler again when the update is done",
                     TextAt(item, "/metadata/name"), scaled));
  }
  return std::nullopt;
}

// A rollback is not held up by an autoscaler.
std::optional<Step> CheckAutoscalers(const Situation& situation) {
  if (!situation.run.step.empty() || situation.spec().rollback) return std::nullopt;
  Request list =
      Request::List(resources::kHorizontalPodAutoscalers, situation.update().meta.namespace_, "");
  const Outcome* outcome = FindOutcome(situation.learned, list.Identity());
  if (outcome == nullptr) {
    return Read{.request = std::move(list),
                .why = "an autoscaler may scale the controllers that are updated",
                .go_on_if_refused = true};
  }
  if (!outcome->said.ok()) return std::nullopt;
  return RefuseAutoscaled(situation, outcome->said->body);
}

std::optional<Step> RefuseOtherImage(const Situation& situation,
                                     const ReplicationController& created) {
  if (situation.spec().image.empty()) return std::nullopt;
  const Result<std::string> image = ImageIn(situation, created.meta.name, *created.template_json);
  if (!image.ok()) return Fail(situation, kInvalidUpdate, image.error().message);
  if (*image == situation.spec().image) return std::nullopt;
  return Fail(situation, kOtherImage, Fill(kOtherImageText, *image, *image));
}

}  // namespace

std::optional<Step> RefuseOtherContent(const Situation& situation) {
  const ReplicationController* created = situation.new_controller();
  if (situation.spec().rollback || created == nullptr || created->meta.deleting()) {
    return std::nullopt;
  }
  if (auto refusal = RefuseOtherImage(situation, *created)) return refusal;
  if (!HasOtherContent(situation.spec(), situation.run.target)) return std::nullopt;
  return Fail(
      situation, kOtherContent,
      Fill("the update to {} is under way, and the spec says now that it is made of "
           "something else. Change controller, image, container and imagePullPolicy back to "
           "go on, or set spec.rollback to true",
           created->meta.name));
}

std::optional<Step> Validate(const Situation& situation) {
  if (auto owned = RefuseOwned(situation, situation.old_controller())) return owned;
  if (auto owned = RefuseOwned(situation, situation.new_controller())) return owned;
  if (situation.new_name == situation.old_name()) {
    return Fail(situation, kInvalidUpdate,
                Fill(kSameNameText, situation.new_name, situation.old_name()));
  }
  return CheckAutoscalers(situation);
}

}  // namespace windlass::replication_controller
