// Checks whether the CustomResourceDefinition of a kind is as new as this program (RO-101).
//
// The API server drops status fields that the CustomResourceDefinition does not declare. With an
// older CustomResourceDefinition, what a controller remembers in a status could be lost. So the
// controller of the kind waits until the CustomResourceDefinition is new enough. Core thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "controller/kind/needed_crd.h"
#include "controller/runtime/needed_right.h"
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
  // Everything that `environment` refers to must outlive the CrdRevision.
  CrdRevision(const NeededCrd& needed, const InformerEnvironment& environment);
  ~CrdRevision();
  CrdRevision(const CrdRevision&) = delete;
  CrdRevision& operator=(const CrdRevision&) = delete;

  // Adds listeners to the informer of the kind's objects: `not_served` calls Forget, and
  // `recovered` calls Check unless permits() is true. The CrdRevision must outlive both.
  void Follow(Listeners<>& not_served, Listeners<>& recovered);

  // Asks the API server for the CustomResourceDefinition. Call this when the controller starts, and
  // when the objects are served again. What follows depends on the answer:
  //   - The CustomResourceDefinition is new enough or does not exist: CrdRevision does not ask
  //     again.
  //   - The CustomResourceDefinition is older: asks again about once a minute.
  //   - No answer, or no right: asks again, at growing intervals up to kForbiddenBackOffMax.
  // Does nothing while the API server has not answered the last question.
  void Check();
  // Forgets the answer and cancels the open question, if any. Call this when the objects are not
  // served any more: they may be served again with another CustomResourceDefinition.
  void Forget();
  // Cancels the open question, if any. on_change is not called before the next Check.
  void Stop();

  // Returns true if the controller is allowed to act on the objects: after the first answer, unless
  // the CustomResourceDefinition is known to be older. A failed question counts as an answer, and
  // does not change what is known of the revision.
  bool permits() const { return answered_ && !older_; }
  bool is_older() const { return older_.has_value(); }
  // Returns a line that says that the CustomResourceDefinition is older than this program needs,
  // with the command that helps. Returns "" if that is not known.
  std::string Trouble() const;

  // Called when permits() changes because of an answer.
  std::function<void()> on_change;

 private:
  void Ask();
  void AskAfter(Duration wait);
  void OnReply(const Result<HttpResponse>& reply);
  void See(int64_t revision);
  void NotKnown(const std::string& why);
  void Answered(std::optional<int64_t> older);

  const NeededCrd needed_;
  const InformerEnvironment environment_;
  BackOff back_off_;
  bool answered_ = false;         // there was an answer since the start or Forget
  std::optional<int64_t> older_;  // the revision, if it is lower than needed
  CallId call_ = 0;
  TimerId timer_ = 0;  // for the next question
  bool complained_ = false;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace windlass::kind
