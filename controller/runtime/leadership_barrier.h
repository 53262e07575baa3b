// What a new leader waits for before its first write: that its caches hold everything the former
// leader wrote (L-011).
//
// A hot standby's caches may lag behind, and nothing in them says so. One consistent, metadata-only
// LIST of each cached resource, taken after the Lease was won, says what there is. The barrier is
// passed once every object in it is cached in that version or a newer one, and every cached object
// that it lacks is gone. Never given up: a barrier that cannot be passed lists again. Whole Pods
// are among the resources, because in-place updates write to them; Nodes and disruption budgets,
// which no leader writes, are not. Core thread only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "controller/runtime/cluster_cache.h"
#include "kubeclient/cache/back_off.h"

namespace windlass {

// One resource as the list shows it.
struct ListedVersions {
  struct Version {
    Uid uid;
    ResourceVersion resource_version;
  };
  std::map<ObjectKey, Version> objects;
  ResourceVersion version;  // of the list
};

// The first object for which `informer` lags behind the list: "" when there is none. One that
// cannot be decoded counts as held once the watch has passed it (it is quarantined then).
template <typename T>
std::string FirstBehind(const Informer<T>& informer, const ListedVersions& listed);

class LeadershipBarrier {
 public:
  // Deployments and ReplicaSets must have synced. Everything must outlive the barrier. `passed` is
  // called once, later.
  LeadershipBarrier(InformerEnvironment environment, const ClusterCache& cache,
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

  template <typename T>
  void AddResource(const Informer<T>& informer);
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
  const ClusterCache& cache_;
  std::function<void()> passed_;
  const MonotonicTime started_;
  Stage stage_ = Stage::kListing;
  // A resource to compare, and the first object of it for which our cache lags behind a list.
  struct Compared {
    ReflectorOptions options;
    std::function<std::string(const ListedVersions&)> first_behind;
  };
  std::vector<Compared> resources_;
  std::vector<ListedVersions> listed_;  // one for each that was listed; the last may be partial
  BackOff back_off_;
  std::string last_complaint_;
  MonotonicTime listed_at_;
  int pages_ = 0;
  CallId call_ = 0;
  TimerId timer_ = 0;
  std::shared_ptr<const bool> asking_;  // what an abandoned call says reaches nobody
};

template <typename T>
std::string FirstBehind(const Informer<T>& informer, const ListedVersions& listed) {
  const ResourceVersion& told = informer.reflector().last_version();
  const auto behind = [&told](const ResourceVersion& wanted) {
    const auto order = ResourceVersion::Compare(told, wanted);
    return !order || *order == std::strong_ordering::less;
  };
  if (!behind(listed.version)) return {};
  for (const auto& [key, wanted] : listed.objects) {
    const T* held = informer.store().Find(key);
    if (held != nullptr && held->meta.uid == wanted.uid &&
        held->meta.resource_version == wanted.resource_version) {
      continue;
    }
    if (behind(wanted.resource_version)) return key.ToString();
  }
  std::string extra;
  informer.store().ForEach([&](const T& held) {
    const auto found = listed.objects.find(KeyOf(held.meta));
    const bool known = found != listed.objects.end() && found->second.uid == held.meta.uid;
    const auto order = ResourceVersion::Compare(held.meta.resource_version, listed.version);
    const bool newer = order && *order == std::strong_ordering::greater;
    if (!known && !newer && extra.empty()) extra = KeyOf(held.meta).ToString();
  });
  return extra;
}

}  // namespace windlass
