// Tells the decoder what the users of decoded objects need, and which templates they know already.
//
// Some parts of an object are always kept. A user that needs more registers an interest when it
// asks for an informer. If several users share a Decoder, the Decoder keeps what at least one of
// them wants.
// Core thread only.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "kubeclient/api/canonical.h"
#include "kubeclient/api/object_meta.h"

namespace windlass {

// What one user of decoded objects needs and knows. A function that is not set counts as one that
// returns false or nullopt.
struct DecodeInterest {
  // Returns true if this user wants the text of the pod template in addition to its fingerprints.
  // Called for ReplicaSets, and for Deployments whose generation was observed.
  std::function<bool(const ObjectMeta&)> keeps_template{};
  // Returns the fingerprint of the canonical form of this object's template, if this user knows a
  // version of the object whose template has the same bytes. Otherwise returns nullopt. `text` is
  // the fingerprint of the template's bytes. After a change of the status alone, this saves
  // computing the canonical form.
  std::function<std::optional<Fingerprint>(const ObjectMeta&, const Fingerprint& text)>
      known_template{};
  // Returns true if this user reads this annotation of a Deployment or ReplicaSet.
  // If at least one user sets this function, a fingerprint replaces each large annotation that no
  // user reads (large_annotations.h).
  // Exception: objects that `keeps_all_with` keeps whole.
  std::function<bool(std::string_view key)> reads_annotation{};
  // Returns true if this user wants all annotations, however large, of each Deployment or
  // ReplicaSet that has an annotation with this key.
  std::function<bool(std::string_view key)> keeps_all_with{};
  // Returns true if this user wants this annotation of a Pod that DecodePod decodes.
  std::function<bool(std::string_view key)> keeps_pod_annotation{};
  // Returns true if this user wants this annotation of a Service. If no user sets this function, no
  // annotation of a Service is kept.
  std::function<bool(std::string_view key)> keeps_service_annotation{};
  // The readiness gate that Pod::has_gate and Pod::gate describe; a string literal, or empty for
  // none. Pod has room for one gate, so all users that name a gate must name the same one.
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
  // Returns true if large annotations that no user reads are replaced by their fingerprints.
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
