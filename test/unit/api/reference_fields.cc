#include "test/unit/api/reference_fields.h"

namespace windlass::test {

Places MetadataPlaces(WithAnnotations annotations) {
  using enum FieldType;
  Places places = {{"metadata.namespace", kString},
                   {"metadata.uid", kUid},
                   {"metadata.resourceVersion", kString},
                   {"metadata.generation", kInt64},
                   {"metadata.creationTimestamp", kTime},
                   {"metadata.deletionTimestamp", kTime},
                   {"metadata.labels", kMap},
                   {"metadata.ownerReferences", kList},
                   {"metadata.ownerReferences[0].apiVersion", kString},
                   {"metadata.ownerReferences[0].kind", kString},
                   {"metadata.ownerReferences[0].name", kString},
                   {"metadata.ownerReferences[0].uid", kString, false},  // no UUID: a foreign one
                   {"metadata.ownerReferences[0].controller", kBool},
                   {"metadata.ownerReferences[0].blockOwnerDeletion", kBool}};
  if (annotations == WithAnnotations::kYes) places.push_back({"metadata.annotations", kMap});
  return places;
}

const Fields<LabelSelector>& SelectorFields() {
  using Requirement = LabelSelectorRequirement;
  static const Fields<LabelSelector> kFields = {
      Then<LabelSelector>([](LabelSelector& selector) { selector.present = true; }),
      {"matchLabels", &LabelSelector::match_labels},
      {"matchExpressions",
       &LabelSelector::match_expressions,
       {{"key", &Requirement::key},
        {"operator", &Requirement::op},
        {"values", &Requirement::values}}},
  };
  return kFields;
}

const Fields<Condition>& ConditionFields() {
  static const Fields<Condition> kFields = {
      {"type", &Condition::type},
      {"status", &Condition::status},
      {"reason", &Condition::reason},
      {"message", &Condition::message},
      {"lastUpdateTime", &Condition::last_update_time},
      {"lastTransitionTime", &Condition::last_transition_time},
      {"observedGeneration", &Condition::observed_generation},
  };
  return kFields;
}

}  // namespace windlass::test
