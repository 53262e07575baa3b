// What a new leader waits for before its first write: that its caches hold everything the former
// leader wrote (L-011).
//
// A hot standby's caches may lag behind, and nothing in them says so. One consistent, metadata-only
// LIST of each cached resource, taken after the Lease was won, says what there is. The barrier is
// passed once every object in it is cached in that version or a newer one, and every cached object
// that it lacks is gone. Never given up: a barrier that cannot be passed lists again. A controller
// says which of its caches are to be compared. Core thread only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "controller/runtime/listed_versions.h"
#include "kubeclient/cache/back_off.h"
#include "kubeclient/cache/informer.h"

namespace windlass {

class LeadershipBarrier {
 public:
  // Everything must outlive the barrier. `compared` is asked before each list; the caches that it
  // names have synced. `passed` is called once, later.
  LeadershipBarrier(InformerEnvironment environment,
                    std::function<std::vector<ComparedCache>()> compared,
                    std::function<void()> passed);
  ~LeadershipBarrier();
  LeadershipBarrier(const LeadershipBarrier&) = delete;
  LeadershipBarrier& operator=(const LeadershipBarrier&) = delete;

  // A cache has changed.
  void Look();
  // The API server answers again after an outage: what was asked before may never be answered.
  void TryNow();
  bool passed() const { return stage_ == Stage::kPassed; }

 private:
  enum class Stage : uint8_t { kListing, kComparing, kPassed };

  void List();
  void Abandon();
  void RequestPage(std::string continue_token);
  void OnPage(Result<HttpResponse> reply);
  Result<std::string> AddPage(const HttpResponse& response);
  void StreamInstead();
  void OnLine(std::string_view line);
  void NextResource();
  void Fail(const std::string& why);
  void Compare();
  void CompareLater(Duration wait);
  std::string FirstBehind() const;

  InformerEnvironment environment_;
  std::function<std::vector<ComparedCache>()> compared_;
  std::function<void()> passed_;
  const MonotonicTime started_;
  Stage stage_ = Stage::kListing;
  std::vector<ComparedCache> resources_;
  std::vector<ListedVersions> listed_;  // one for each that was listed; the last may be partial
  BackOff back_off_;
  std::string last_complaint_;
  MonotonicTime listed_at_;
  int pages_ = 0;
  CallId call_ = 0;
  TimerId timer_ = 0;
  std::shared_ptr<const bool> asking_;  // what an abandoned call says reaches nobody
};

}  // namespace windlass
