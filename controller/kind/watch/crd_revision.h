// Checks whether the CustomResourceDefinition of a kind is as new as this program (RO-101). The
// controller of the kind waits until it is. Core thread only.
//
// The API server drops status fields that the CustomResourceDefinition does not declare. With an
// older one, what a controller remembers in a status could be lost.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "controller/kind/needed_crd.h"
#include "controller/runtime/controller_host.h"
#include "controller/runtime/needed_right.h"
#include "kubeclient/base/lifetime.h"
#include "kubeclient/base/listeners.h"
#include "kubeclient/base/result.h"
#include "kubeclient/cache/back_off.h"
#include "kubeclient/cache/informer.h"

namespace windlass::kind {

// Returns the revision of the CustomResourceDefinition in `json`; 0 if its annotation is missing or
// is not a number. Returns kMalformed if `json` is no CustomResourceDefinition.
Result<int64_t> RevisionOf(std::string_view json);

// Returns the right to read the CustomResourceDefinition. This right is optional: without it,
// Windlass does not check the revision.
NeededRight RightToRead(const NeededCrd& crd);

class CrdRevision {
 public:
  // `host` must outlive the CrdRevision. `not_served` and `recovered` are listener lists of the
  // informer of the kind's objects. The informer must not call their listeners after the
  // CrdRevision is destroyed.
  //
  //   - `not_served` is called: forgets what the API server has answered, because the objects may
  //     be served again with another CustomResourceDefinition.
  //   - `recovered` is called: asks again unless permits() is true.
  //   - An answer changes permits(): wakes all keys of `host`.
  CrdRevision(const NeededCrd& needed, ControllerHost& host, Listeners<>& not_served,
              Listeners<>& recovered);
  ~CrdRevision();
  CrdRevision(const CrdRevision&) = delete;
  CrdRevision& operator=(const CrdRevision&) = delete;

  // Asks the API server for the CustomResourceDefinition; does nothing while the last question is
  // open. Call this when the controller starts. The answer decides when the CrdRevision asks again:
  //   - new enough, or not found: only when `recovered` is called after `not_served`
  //   - older: about once a minute
  //   - no answer, or no right to read it: at growing intervals up to kForbiddenBackOffMax
  void Start();
  // Cancels the open question, if any. The CrdRevision then wakes no key before the next Start.
  void Stop();

  // Returns true if the controller may act on the objects: a question has ended, and the
  // CustomResourceDefinition is not known to be older than needed. A question that fails leaves
  // unchanged what is known of the revision.
  bool permits() const { return answered_ && !older_; }
  bool is_older() const { return older_.has_value(); }
  // If the CustomResourceDefinition is known to be older than this program needs, returns a line
  // that says so, with the command that helps. Otherwise returns "".
  std::string Trouble() const;

 private:
  void Forget();
  void Ask();
  void AskAfter(Duration wait);
  void OnReply(const Result<HttpResponse>& reply);
  void See(int64_t revision);
  void NotKnown(const std::string& why);
  void Answered(std::optional<int64_t> older);

  const NeededCrd needed_;
  ControllerHost& host_;
  const InformerEnvironment environment_;
  BackOff back_off_;
  bool answered_ = false;         // a question was answered or failed since the last Forget
  std::optional<int64_t> older_;  // the revision, if it is lower than needed
  CallId call_ = 0;
  TimerId timer_ = 0;  // for the next question
  bool complained_ = false;
  Lifetime lifetime_;
};

}  // namespace windlass::kind
