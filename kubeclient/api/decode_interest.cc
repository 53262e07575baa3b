#include "kubeclient/api/decode_interest.h"

#include <algorithm>
#include <utility>

#include "kubeclient/base/assert.h"

namespace windlass {

bool DecodeInterests::KeepsTemplate(const ObjectMeta& meta) const {
  return std::ranges::any_of(registered_, [&](const DecodeInterest* one) {
    return one->keeps_template && one->keeps_template(meta);
  });
}

std::optional<Fingerprint> DecodeInterests::KnownTemplate(const ObjectMeta& meta,
                                                          const Fingerprint& text) const {
  for (const DecodeInterest* one : registered_) {
    if (!one->known_template) continue;
    if (const auto known = one->known_template(meta, text)) return known;
  }
  return std::nullopt;
}

bool DecodeInterests::LeavesOutAnnotations() const {
  return std::ranges::any_of(
      registered_, [](const DecodeInterest* one) { return one->reads_annotation != nullptr; });
}

bool DecodeInterests::ReadsAnnotation(std::string_view key) const {
  return std::ranges::any_of(registered_, [&](const DecodeInterest* one) {
    return one->reads_annotation && one->reads_annotation(key);
  });
}

bool DecodeInterests::KeepsAllWith(std::string_view key) const {
  return std::ranges::any_of(registered_, [&](const DecodeInterest* one) {
    return one->keeps_all_with && one->keeps_all_with(key);
  });
}

bool DecodeInterests::KeepsPodAnnotation(std::string_view key) const {
  return std::ranges::any_of(registered_, [&](const DecodeInterest* one) {
    return one->keeps_pod_annotation && one->keeps_pod_annotation(key);
  });
}

bool DecodeInterests::KeepsServiceAnnotation(std::string_view key) const {
  return std::ranges::any_of(registered_, [&](const DecodeInterest* one) {
    return one->keeps_service_annotation && one->keeps_service_annotation(key);
  });
}

bool DecodeInterests::IsPodGate(std::string_view type) const {
  return std::ranges::any_of(registered_, [&](const DecodeInterest* one) {
    return !one->pod_gate.empty() && one->pod_gate == type;
  });
}

RegisteredInterest::RegisteredInterest(DecodeInterests& interests, DecodeInterest interest)
    : interests_(interests), interest_(std::move(interest)) {
  for (const DecodeInterest* other : interests_.registered_) {
    WL_ASSERT(interest_.pod_gate.empty() || other->pod_gate.empty() ||
              interest_.pod_gate == other->pod_gate);
  }
  interests_.registered_.push_back(&interest_);
}

RegisteredInterest::~RegisteredInterest() { std::erase(interests_.registered_, &interest_); }

}  // namespace windlass
