// Is the CustomResourceDefinition of Rollouts as new as this program? (RO-101)
//
// The API server drops the fields of a status that the CustomResourceDefinition does not have. An
// older one could lose, for example, the record of a rollback that was performed, and the rollback
// would be performed again. So the controller waits until the CustomResourceDefinition is new
// enough. Core thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "controller/runtime/needed_right.h"
#include "kubeclient/base/result.h"
#include "kubeclient/cache/back_off.h"
#include "kubeclient/cache/informer.h"

namespace windlass::rollout {

// The revision of crds/windlass.dev_rollouts.yaml that this program needs. Raise it there and here
// together, whenever the program begins to read or write a field that the last release lacks.
inline constexpr int64_t kCrdRevision = 2;
// The annotation of the CustomResourceDefinition that holds its revision.
inline constexpr std::string_view kCrdRevisionKey = "windlass.dev/crd-revision";

// Returns the revision of the CustomResourceDefinition in `json`; 0 if its annotation is missing or
// is not a number. Returns kMalformed if `json` is no CustomResourceDefinition.
Result<int64_t> RevisionOf(std::string_view json);

// Returns the right to read the CustomResourceDefinition. It is optional: without it, Windlass does
// not check the revision.
NeededRight RightToReadCrd();

class CrdRevision {
 public:
  // All that `environment` refers to must outlive this.
  explicit CrdRevision(const InformerEnvironment& environment);
  ~CrdRevision();
  CrdRevision(const CrdRevision&) = delete;
  CrdRevision& operator=(const CrdRevision&) = delete;

  // Asks the API server. Call it when the controller starts, and when Rollouts are served again.
  //   - New enough, or there is no CustomResourceDefinition: nothing is asked again.
  //   - Older: asks once a minute.
  //   - No answer, or no right: asks again, at growing intervals up to kForbiddenBackOffMax.
  // Does nothing while a question is out.
  void Check();
  // Call when Rollouts are not served any more: the next ones may come with another
  // CustomResourceDefinition. Gives up the question, if one is out.
  void Forget();
  // Gives up the question, if one is out. on_change is not called before the next Check.
  void Stop();

  // Returns true if the controller may look at Rollouts: after the first answer, unless the
  // CustomResourceDefinition is known to be older. An answer without a revision does not change
  // what is known.
  bool permits() const { return answered_ && !older_; }
  bool is_older() const { return older_.has_value(); }
  // Returns what is wrong and the command that helps, on one line; "" if the
  // CustomResourceDefinition is not known to be older.
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

  const InformerEnvironment environment_;
  BackOff back_off_;
  bool answered_ = false;         // since the start, or since Forget
  std::optional<int64_t> older_;  // the revision, if it is lower than kCrdRevision
  CallId call_ = 0;
  TimerId timer_ = 0;  // for the next question
  bool complained_ = false;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace windlass::rollout
