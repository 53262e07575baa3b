#include "test/unit/api/reference_decoder.h"

#include <string>

namespace windlass::test {
namespace {

using Members = ReferenceMembers;

// A status that observed what was not asked for yet is that of a former object of this name.
template <typename T>
void DropStatusOfFormer(T& out) {
  const int64_t generation = out.meta.generation;
  if (generation > 0 && out.status.observed_generation > generation) out.status = {};
}

void ReadServiceMetadata(const Members& object, Service& out) {
  out.meta = ReferenceMetadata(object);
  object.Object("metadata", [&](const Members& meta) {
    meta.Object("annotations", [&](const Members& annotations) {
      const std::string key(kKeptOfService);
      std::string text;
      annotations.String(key.c_str(), text);
      if (annotations.Find(key.c_str()) != nullptr) out.meta.annotations.Set(key, text);
    });
  });
}

Places ServiceMetadataPlaces() {
  Places places = MetadataPlaces(WithAnnotations::kNo);
  places.push_back({"metadata.annotations", FieldType::kObject, false});
  return places;
}

void ReadServiceType(const Members& spec, Service& out) {
  std::string type;
  spec.String("type", type);
  out.external_name = type == "ExternalName";
}

}  // namespace

template <>
const Fields<Deployment>& FieldsOf() {
  using Spec = DeploymentSpec;
  using Status = DeploymentStatus;
  static const Fields<Deployment> kFields = {
      Metadata<Deployment>(WithAnnotations::kYes),
      {[](const Members&, Deployment& out) { out.spec.template_fingerprint = FingerprintOf("{}"); },
       {},
       [](const Deployment& a, const Deployment& b) {
         return a.large_annotations == b.large_annotations;
       }},
      {"spec",
       &Deployment::spec,
       {{"replicas", &Spec::replicas},
        {"selector", &Spec::selector, SelectorFields()},
        {"strategy", {{"type", &Spec::strategy_type}, RollingUpdate<Spec>()}},
        {"minReadySeconds", &Spec::min_ready_seconds},
        {"paused", &Spec::paused},
        {"progressDeadlineSeconds", &Spec::progress_deadline_seconds},
        {"revisionHistoryLimit", &Spec::revision_history_limit},
        {"template", &Spec::template_fingerprint}}},
      {"status",
       &Deployment::status,
       {{"observedGeneration", &Status::observed_generation},
        {"replicas", &Status::replicas},
        {"updatedReplicas", &Status::updated_replicas},
        {"readyReplicas", &Status::ready_replicas},
        {"availableReplicas", &Status::available_replicas},
        {"unavailableReplicas", &Status::unavailable_replicas},
        {"terminatingReplicas", &Status::terminating_replicas},
        {"collisionCount", &Status::collision_count},
        {"conditions", &Status::conditions, ConditionFields()}}},
  };
  return kFields;
}

template <>
const Fields<ReplicaSet>& FieldsOf() {
  using Status = ReplicaSetStatus;
  static const Fields<ReplicaSet> kFields = {
      Metadata<ReplicaSet>(WithAnnotations::kYes),
      Then<ReplicaSet>([](ReplicaSet& out) { out.template_fingerprint = FingerprintOf("{}"); }),
      {"spec",
       {{"replicas", &ReplicaSet::replicas},
        {"minReadySeconds", &ReplicaSet::min_ready_seconds},
        {"template", &ReplicaSet::template_fingerprint}}},
      {"status",
       &ReplicaSet::status,
       {{"observedGeneration", &Status::observed_generation},
        {"replicas", &Status::replicas},
        {"readyReplicas", &Status::ready_replicas},
        {"availableReplicas", &Status::available_replicas},
        {"terminatingReplicas", &Status::terminating_replicas},
        {"conditions", &Status::conditions, ConditionFields()}}},
      Then<ReplicaSet>(DropStatusOfFormer),
  };
  return kFields;
}

template <>
const Fields<ReplicationController>& FieldsOf() {
  using Controller = ReplicationController;
  using Status = ReplicationControllerStatus;
  static const Fields<Controller> kFields = {
      Metadata<Controller>(WithAnnotations::kYes),
      Then<Controller>([](Controller& out) { out.template_json = NoTemplate(); }),
      {"spec",
       {{"replicas", &Controller::replicas},
        {"minReadySeconds", &Controller::min_ready_seconds},
        {"selector", &Controller::selector},
        {"template", &Controller::template_json}}},
      {"status",
       &Controller::status,
       {{"observedGeneration", &Status::observed_generation},
        {"replicas", &Status::replicas},
        {"fullyLabeledReplicas", &Status::fully_labeled_replicas},
        {"readyReplicas", &Status::ready_replicas},
        {"availableReplicas", &Status::available_replicas}}},
      Then<Controller>(DropStatusOfFormer),
  };
  return kFields;
}

template <>
const Fields<PodMetadata>& FieldsOf() {
  static const Fields<PodMetadata> kFields = {Metadata<PodMetadata>(WithAnnotations::kNo)};
  return kFields;
}

template <>
const Fields<ConfigMap>& FieldsOf() {
  static const Fields<ConfigMap> kFields = {Metadata<ConfigMap>(WithAnnotations::kYes),
                                            {"data", &ConfigMap::data}};
  return kFields;
}

template <>
const Fields<Service>& FieldsOf() {
  static const Fields<Service> kFields = {
      {ReadServiceMetadata, ServiceMetadataPlaces(), std::equal_to<Service>()},
      {"spec",
       {{ReadServiceType, {{"type", FieldType::kString, false}}},
        {"selector", &Service::selector}}},
  };
  return kFields;
}

}  // namespace windlass::test
