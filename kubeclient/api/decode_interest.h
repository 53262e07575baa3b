// What the users of decoded objects want to be kept, and which templates they know already.
//
// Decoding keeps what every planner needs. A user that needs more registers an interest when it
// asks for an informer, so that kubeclient itself knows no annotation. Several users of one Decoder
// each register their own interest. Decoding keeps what at least one of these interests wants. Core
// thread only.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "kubeclient/api/canonical.h"
#include "kubeclient/api/object_meta.h"

namespace windlass {

// A function that is not set counts as one that returns false or nullopt.
struct DecodeInterest {
  // Returns true if the text of the pod template is wanted, in addition to its fingerprints. Called
  // for ReplicaSets, and for Deployments whose generation was observed.
  std::function<bool(const ObjectMeta&)> keeps_template{};
  // Returns the fingerprint of the template's canonical form if this user knows it from an earlier
  // version of the object, whose template had the same bytes (`text` is their fingerprint).
  // Otherwise returns nullopt. Saves computing the canonical form anew when only the status has
  // changed.
  std::function<std::optional<Fingerprint>(const ObjectMeta&, const Fingerprint& text)>
      known_template{};
  // Returns true if this user reads this annotation of a Deployment or ReplicaSet. If any user sets
  // this function, only a fingerprint is kept of a large annotation that no user reads
  // (large_annotations.h).
  std::function<bool(std::string_view key)> reads_annotation{};
  // Returns true if all annotations of an object that has this one are wanted, however large.
  std::function<bool(std::string_view key)> keeps_all_with{};
  // Returns true if this annotation of a whole Pod is wanted.
  std::function<bool(std::string_view key)> keeps_pod_annotation{};
  // Returns true if this annotation of a Service is wanted. If no user sets this function, no
  // annotation of a Service is kept.
  std::function<bool(std::string_view key)> keeps_service_annotation{};
  // The readiness gate that Pod::has_gate and Pod::gate describe; a literal. Pod has room for one
  // gate, so all users that name a gate must name the same one.
  std::string_view pod_gate{};
};

// The interests registered with one Decoder.
class DecodeInterests {
 public:
  DecodeInterests() = default;
  DecodeInterests(const DecodeInterests&) = delete;
  DecodeInterests& operator=(const DecodeInterests&) = delete;

  bool KeepsTemplate(const ObjectMeta& meta) const;
  // Returns the fingerprint from the first user that knows the template; nullopt if none does.
  std::optional<Fingerprint> KnownTemplate(const ObjectMeta& meta, const Fingerprint& text) const;
  // Returns true if large annotations that no user reads are left out.
  bool LeavesOutAnnotations() const;
  bool ReadsAnnotation(std::string_view key) const;
  bool KeepsAllWith(std::string_view key) const;
  bool KeepsPodAnnotation(std::string_view key) const;
  bool KeepsServiceAnnotation(std::string_view key) const;
  bool IsPodGate(std::string_view type) const;

 private:
  friend class RegisteredInterest;

  std::vector<const DecodeInterest*> registered_;
};

// Registers `interest` while this object lives. `interests` must outlive this object.
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
