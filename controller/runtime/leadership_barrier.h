// A new leader's wait before its first write, until its caches hold everything the former leader
// wrote (L-011).
//
// The caches of a process that waits for the Lease may lag behind, and the process cannot see this.
// So after the process has won the Lease, the barrier takes one consistent, metadata-only LIST of
// each cached resource. The barrier is passed when
// - every listed object is cached in the listed version or a newer one, or was deleted since, and
// - the cache has removed every object that the list lacks, unless it was created after the list.
// The barrier never gives up: while a cache lags, the barrier lists again and again. It asks
// - for smaller pages, if objects are large
// - for a watch instead of the list, if one object is too large for a page, or if this process may
//   not list
// A controller says which of its caches to compare. Core thread only.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/runtime/listed_versions.h"
#include "kubeclient/base/lifetime.h"
#include "kubeclient/cache/back_off.h"
#include "kubeclient/cache/informer.h"
#include "kubeclient/cache/list_pages.h"

namespace windlass {

class LeadershipBarrier {
 public:
  // Everything that the arguments refer to must outlive the barrier. The barrier calls
  // - `compared` each time that it begins to list, the first time within the constructor.
  //   `compared` must return at least one cache, and only caches that have synced.
  // - `passed` once, after the constructor has returned.
  LeadershipBarrier(InformerEnvironment environment,
                    std::function<std::vector<ComparedCache>()> compared,
                    std::function<void()> passed);
  ~LeadershipBarrier();
  LeadershipBarrier(const LeadershipBarrier&) = delete;
  LeadershipBarrier& operator=(const LeadershipBarrier&) = delete;

  // Call when a cache has changed. If all lists are complete, compares the caches again soon.
  void Look();
  // Call when the API server answers again after an outage. If a list is not complete yet, lists
  // again, because requests that were sent before the outage may never be answered.
  void TryNow();
  bool passed() const { return stage_ == Stage::kPassed; }
  // Returns a text for /readyz about the last failure, even if a list has succeeded since. Returns
  // "" if the barrier is passed, or if there was no failure.
  const std::string& trouble() const { return trouble_; }
  // Returns when the barrier began.
  MonotonicTime started() const { return started_; }

 private:
  enum class Stage : uint8_t { kListing, kComparing, kPassed };

  void List();
  void Abandon();
  void RequestPage(std::string continue_token);
  void OnPage(Result<HttpResponse> reply);
  Result<std::string> AddPage(const HttpResponse& response);
  void StreamInstead();
  void OnLine(std::string_view line);
  void OnLongLine(std::string_view head);
  void Note(WatchEventType type, const ObjectIdentity& identity);
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
  std::vector<ListedVersions> listed_;  // one per resource listed so far; the last may be partial
  BackOff back_off_;
  std::string trouble_;
  MonotonicTime listed_at_;
  int pages_ = 0;
  PageSize page_size_;
  std::string continue_token_;  // of the page under way
  CallId call_ = 0;
  TimerId timer_ = 0;
  Lifetime call_lifetime_;
};

}  // namespace windlass
