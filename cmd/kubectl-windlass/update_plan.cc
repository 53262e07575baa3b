#include "cmd/kubectl-windlass/update_plan.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/replica_sets.h"
#include "controller/api/custom_resources.h"
#include "controller/replication_controller/annotations.h"
#include "controller/replication_controller/planner.h"
#include "controller/replication_controller/run.h"
#include "controller/replication_controller/scale.h"
#include "controller/replication_controller/words.h"
#include "kubeclient/base/fill.h"
#include "kubeclient/client/client.h"

namespace windlass::cli {

namespace rc = replication_controller;

UpdatePlan::UpdatePlan(const CommandContext& context, Json update)
    : context_(context), update_(std::move(update)) {
  update_["metadata"]["generation"] = 1;
  update_["metadata"]["uid"] = "00000000-0000-4000-8000-000000000000";
  update_["metadata"]["resourceVersion"] = "1";
}

Result<std::optional<ReplicationController>> UpdatePlan::Controller(const std::string& name) const {
  if (name.empty()) return std::optional<ReplicationController>();
  const Place place{resources::kReplicationControllers, context_.namespace_, name};
  const Result<Json> object = ReadObject(context_.session, place);
  if (!object.ok()) {
    if (object.error().kind == ErrorKind::kNotFound) return std::optional<ReplicationController>();
    return object.error();
  }
  WINDLASS_TRY(ReplicationController controller,
               DecodeReplicationController(context_.session.decoder(), object->dump()));
  return std::optional(std::move(controller));
}

Status UpdatePlan::ReadControllers() {
  Decoder& decoder = context_.session.decoder();
  WINDLASS_TRY(decoded_, DecodeReplicationControllerUpdate(decoder, update_.dump()));
  WINDLASS_TRY(old_, Controller(decoded_->meta.name));
  WINDLASS_TRY(new_, Controller(rc::NewNameOf(*decoded_, old_ ? &*old_ : nullptr)));
  is_read_ = true;
  return Unit{};
}

Status UpdatePlan::ReadPods() {
  pods_.clear();
  for (const auto* controller : {&old_, &new_}) {
    if (!*controller) continue;
    Json labels = Json::object();
    for (const auto& [key, value] : (*controller)->selector) {
      labels[std::string(key.text())] = std::string(value.text());
    }
    if (labels.empty()) continue;
    WINDLASS_TRY(const ObjectList list,
                 ListObjects(context_.session, {resources::kPods, context_.namespace_,
                                                SelectorText({{"matchLabels", labels}})}));
    for (const std::string& item : list.items) {
      WINDLASS_TRY(Pod pod, DecodePod(context_.session.decoder(), item));
      const bool known = std::ranges::any_of(
          pods_, [&pod](const Pod& other) { return other.meta.uid == pod.meta.uid; });
      if (!known) pods_.push_back(std::move(pod));
    }
  }
  return Unit{};
}

void UpdatePlan::PretendTakenBack() {
  if (!old_) return;
  // If the failed update did not make the new controller, the new controller stays.
  if (new_ && rc::SourceIdIn(*new_).name == old_->meta.name) new_.reset();
  const auto before = rc::NumberIn(*old_, rc::kOriginalReplicas);
  old_->replicas = std::max(old_->replicas, before.value_or(0));
  for (const std::string_view key : rc::kEndWithUpdate) old_->meta.annotations.Erase(key);
}

rc::View UpdatePlan::View() const {
  rc::View view{*decoded_, old_ ? &*old_ : nullptr, new_ ? &*new_ : nullptr};
  for (const Pod& pod : pods_) view.pods.push_back(&pod);
  view.is_stored = false;
  return view;
}

Step UpdatePlan::Next(const Learned& learned) const {
  return rc::Next(View(), learned, context_.session.clock().Wall());
}

Result<Reply> UpdatePlan::Send(const Request& request) {
  if (!IsOfUpdate(request)) {
    return context_.session.Send(ToHttp(request, kPluginFieldManager), request.verb());
  }
  update_.merge_patch(Json::parse(request.body(), nullptr, false));
  auto decoded = DecodeReplicationControllerUpdate(context_.session.decoder(), update_.dump());
  if (decoded.ok()) decoded_ = *std::move(decoded);
  return Reply{update_.dump()};
}

Error UpdatePlan::Told(const Request& request, const Error& error) const {
  return Explained(error,
                   {request.verb(), request.resource(),
                    std::string(request.key().namespace_.text()), request.key().name},
                   context_.session.options().server);
}

void UpdatePlan::Fold(const Request& request, const Result<Reply>& reply) {
  if (!reply.ok() || !request.mutates()) return;
  if (request.resource() != resources::kReplicationControllers) return;
  auto& kept = old_ && old_->meta.name == request.key().name ? old_ : new_;
  auto decoded = DecodeReplicationController(context_.session.decoder(), reply->body);
  // If finalizers keep the deleted controller, the API server answers with it; otherwise with a
  // Status.
  if (request.verb() == Verb::kDelete && !(decoded.ok() && decoded->meta.deleting())) {
    kept.reset();
  } else if (decoded.ok()) {
    kept = *std::move(decoded);
    if (request.verb() == Verb::kCreate) made_ = kept->meta.uid.ToString();
  }
}

void UpdatePlan::FoldLabel(const Request& label) {
  const Json patch = Json::parse(label.body(), nullptr, false);
  for (Pod& pod : pods_) {
    if (pod.meta.name != label.key().name) continue;
    for (const auto& [key, value] : patch["metadata"]["labels"].items()) {
      pod.meta.labels.Set(key, value.get<std::string>());
    }
  }
}

std::string UpdatePlan::Phase() const { return TextOf(update_, "/status/phase"); }

bool IsOfUpdate(const Request& request) {
  return request.resource() == resources::kReplicationControllerUpdates;
}

const ReplicationController* UpdatePlan::MadeInVain() const {
  if (!new_ || new_->replicas != 0 || made_ != new_->meta.uid.ToString()) return nullptr;
  return &*new_;
}

bool UpdatePlan::IsPastReturn() const {
  return old_ && old_->meta.annotations.Has(rc::kRenameJournal) && (!new_ || new_->meta.deleting());
}

bool UpdatePlan::IsTakenBackByOther() const {
  const std::string& step = decoded_->status.step;
  return !decoded_->spec.rollback && old_ && new_ && !old_->meta.deleting() &&
         (step == rc::kStepScale || step == rc::kStepCleanUp) && rc::IsRollbackTarget(*old_, *new_);
}

// The text asks the user to scale back, because the next command does not know the expected sizes,
// which are only in memory. After a rename has deleted the new controller, the next command does
// know the expected size: always 0. So the text then also offers a flag with which the next command
// scales back.
std::string UpdatePlan::PausedText() const {
  const rc::View view = View();
  const Learned none;
  const rc::Situation situation = rc::MakeSituation(view, none, context_.session.clock().Wall());
  const ReplicationController* old = view.old_controller;
  if (IsPastReturn()) {
    const std::string& gone = situation.new_name;
    return Fill(rc::kScaledByOtherText, old->meta.name, 0, old->replicas) + ", and " + gone +
           " is deleted already. Scale " + old->meta.name +
           " back to 0, and run the same command again: the update then gives the Pods of " + gone +
           " to " + old->meta.name +
           ". Or give --on-external-scale=Override: this command then scales " + old->meta.name +
           " back";
  }
  for (const auto* controller : {view.old_controller, view.new_controller}) {
    if (controller == nullptr) continue;
    int32_t expected = rc::ExpectedSize(situation, *controller);
    // If the expected size is not in memory, use the size that the old controller has noted.
    if (controller == old && !situation.run.old_replicas) {
      expected = rc::NumberIn(*old, rc::kOriginalReplicas).value_or(expected);
    }
    if (controller->replicas == expected) continue;
    return Fill(rc::kScaledByOtherText, controller->meta.name, expected, controller->replicas) +
           ". Scale " + controller->meta.name + " back to " + std::to_string(expected) +
           ", and run the same command again. With --on-external-scale=Adopt or Override, an "
           "update does not stop when another client scales. If another program carries this "
           "update out, leave the update to that program";
  }
  return TextOf(update_, "/status/message");
}

}  // namespace windlass::cli
