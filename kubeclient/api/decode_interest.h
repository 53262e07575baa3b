// What the users of decoded objects want kept of them, and what they know already.
//
// Decoding keeps what every planner needs. Whoever needs more registers an interest when it asks
// for an informer: kubeclient itself asks no question about annotations. Several users of one
// Decoder each register theirs; what any of them wants is kept. Core thread only.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "kubeclient/api/canonical.h"
#include "kubeclient/api/object_meta.h"

namespace windlass {

// An empty predicate says no.
struct DecodeInterest {
  // Whether the text of the pod template of a ReplicaSet is wanted, beside its fingerprints.
  std::function<bool(const ObjectMeta&)> keeps_template{};
  // Returns the fingerprint of the template when the object with this uid is known with a template
  // of exactly the text that has fingerprint `text`; else nullopt. Most events change status alone:
  // what is known is not computed again.
  std::function<std::optional<Fingerprint>(const ObjectMeta&, const Fingerprint& text)>
      known_template{};
  // Whether this annotation of a whole Pod is wanted.
  std::function<bool(std::string_view key)> keeps_pod_annotation{};
  // The readiness gate that Pod::has_gate and Pod::gate are about. A literal. A Pod has room for
  // one: all users name the same, or none.
  std::string_view pod_gate{};
};

// The interests registered with one Decoder.
class DecodeInterests {
 public:
  DecodeInterests() = default;
  DecodeInterests(const DecodeInterests&) = delete;
  DecodeInterests& operator=(const DecodeInterests&) = delete;

  bool KeepsTemplate(const ObjectMeta& meta) const;
  // What the first user that knows the template says; nullopt when none does.
  std::optional<Fingerprint> KnownTemplate(const ObjectMeta& meta, const Fingerprint& text) const;
  bool KeepsPodAnnotation(std::string_view key) const;
  bool IsPodGate(std::string_view type) const;

 private:
  friend class RegisteredInterest;

  std::vector<const DecodeInterest*> registered_;
};

// Registers an interest for as long as it lives. `interests` must outlive it.
class RegisteredInterest {
 public:
  RegisteredInterest(DecodeInterests& interests, DecodeInterest interest);
  ~RegisteredInterest();
  RegisteredInterest(const RegisteredInterest&) = delete;
  RegisteredInterest& operator=(const RegisteredInterest&) = delete;

 private:
  DecodeInterests& interests_;
  const DecodeInterest interest_;
};

}  // namespace windlass
