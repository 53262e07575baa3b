// The reference decoder of the updates of ReplicationControllers.
#include <algorithm>

#include "test/unit/controller/api/reference_decoder.h"

namespace windlass::test {
namespace {

Fields<NewControllerContent> ContentFields() {
  using Content = NewControllerContent;
  return {Then<Content>([](Content& content) { content.template_json = NoTemplate(); }),
          {"metadata", {{"labels", &Content::labels}, {"annotations", &Content::annotations}}},
          {"spec",
           {{"replicas", &Content::replicas},
            {"minReadySeconds", &Content::min_ready_seconds},
            {"selector", &Content::selector},
            {"template", &Content::template_json}}}};
}

Fields<ReplicationControllerUpdateSpec> UpdateSpecFields() {
  using Spec = ReplicationControllerUpdateSpec;
  return {{"newName", &Spec::new_name},
          {"image", &Spec::image},
          {"container", &Spec::container},
          {"imagePullPolicy", &Spec::image_pull_policy},
          {"controller", &Spec::controller, ContentFields()},
          {"deploymentLabelKey", &Spec::deployment_label_key},
          {"updatePeriod", &Spec::update_period},
          {"timeout", &Spec::timeout},
          {"maxSurge", &Spec::max_surge},
          {"maxUnavailable", &Spec::max_unavailable},
          {"minReadySeconds", &Spec::min_ready_seconds},
          {"cleanup", &Spec::cleanup},
          {"onExternalScale", &Spec::on_external_scale},
          {"rollback", &Spec::rollback},
          {"paused", &Spec::paused}};
}

Fields<ReplicationControllerUpdateStatus> UpdateStatusFields() {
  using Status = ReplicationControllerUpdateStatus;
  return {{"observedGeneration", &Status::observed_generation},
          {"earlierRollouts", &Status::earlier_rollouts},
          Then<Status>([](Status& s) {
            s.observed_generation = std::max<int64_t>(s.observed_generation, 0);
            s.earlier_rollouts = std::clamp<int64_t>(s.earlier_rollouts, 0, kEarlierRolloutsMax);
          }),
          {"phase", &Status::phase},
          {"message", &Status::message},
          {"step", &Status::step},
          {"rollback", &Status::rollback},
          {"newName", &Status::new_name},
          {"target", &Status::target},
          {"desiredReplicas", &Status::desired_replicas},
          {"oldReplicas", &Status::old_replicas},
          {"newReplicas", &Status::new_replicas},
          {"availableReplicas", &Status::available_replicas},
          {"scaling",
           &Status::scaling,
           {{"name", &PendingScaling::name}, {"from", &PendingScaling::from}}},
          {"lastScaleTime", &Status::last_scale_time},
          {"deadline", &Status::deadline},
          {"lines", &Status::lines},
          {"lineCount", &Status::line_count},
          {"journal", &Status::journal},
          {"conditions", &Status::conditions, ConditionFields()}};
}

}  // namespace

template <>
const Fields<ReplicationControllerUpdate>& FieldsOf() {
  using Update = ReplicationControllerUpdate;
  static const Fields<Update> kFields = {Metadata<Update>(WithAnnotations::kYes),
                                         {"spec", &Update::spec, UpdateSpecFields()},
                                         {"status", &Update::status, UpdateStatusFields()}};
  return kFields;
}

}  // namespace windlass::test
