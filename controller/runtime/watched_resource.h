// The cache of one resource, for a controller: all objects in the watched namespaces. Replies to
// the controller's own writes are put into the cache before the watch brings them.
//
// A controller that reads two resources has two WatchedResources. A controller with other needs
// uses Informers directly. Example: it watches Pods only while it needs them. Core thread only.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "controller/runtime/controller_host.h"
#include "controller/runtime/listed_versions.h"

namespace windlass {

template <typename T>
class WatchedResource {
 public:
  using Decode = typename Informer<T>::DecodeFunction;

  // `host` must outlive this. All users of this constructor with the same `resource` share one
  // informer, whose name is the plural of the resource. They must pass the same `decode`.
  WatchedResource(ControllerHost& host, const ResourceId& resource, Decode decode)
      : WatchedResource(host, {std::string(resource.plural), host.informers().All(resource), decode,
                               ReplyFolding<T>{}}) {}
  // Uses the informer that all users of `projection` share. Example: WholePods (live_pods.h).
  WatchedResource(ControllerHost& host, Projection<T> projection)
      : host_(host), shared_(host.informers().Of<T>(std::move(projection))) {
    shared_.informer.on_synced.Add([this] { host_.CacheSynced(); });
    // The objects in the store no longer count, so their changes must wake no key. When the API
    // server serves the resource again, every key needs a sync. WakeAll does both: until the caches
    // are complete again, no change wakes a key; then every key is queued once.
    shared_.informer.on_not_served.Add([this] { host_.WakeAll(); });
    shared_.informer.store().OnChange([this](const Change<T>&) { host_.CacheChanged(); });
  }
  WatchedResource(const WatchedResource&) = delete;
  WatchedResource& operator=(const WatchedResource&) = delete;

  void Start() {
    started_ = true;
    host_.informers().Use({&shared_});
  }
  void Stop() {
    if (std::exchange(started_, false)) host_.informers().Release({&shared_});
  }

  bool HasSynced() const { return shared_.informer.HasSynced(); }
  Store<T>& store() { return shared_.informer.store(); }
  const Store<T>& store() const { return shared_.informer.store(); }
  // Each of these calls the member of Informer or SharedInformer with the same name.
  const std::map<ObjectKey, UnreadableObject>& quarantined() const {
    return shared_.informer.quarantined();
  }
  Listeners<const UnreadableObject&>& on_unreadable() { return shared_.informer.on_unreadable; }
  Listeners<const UnreadableObject&>& on_unreadable_gone() {
    return shared_.informer.on_unreadable_gone;
  }
  Listeners<>& on_not_served() { return shared_.informer.on_not_served; }
  Listeners<>& on_recovered() { return shared_.informer.on_recovered; }
  ComparedCache Compared() const { return shared_.Compared(); }
  MonotonicTime view_at() const { return shared_.view_at(); }

  // Returns true while the API server does not serve the resource.
  bool WaitsForApi() const { return shared_.reflector().not_served_since().has_value(); }
  // Returns why the cache is not complete, or what is wrong with its watch. Returns "" if all is
  // well. Also returns "" if the informer is given up, because AnyInformer::given_up then says why.
  std::string Trouble() const { return shared_.Trouble(); }

 private:
  ControllerHost& host_;
  SharedInformer<T>& shared_;
  bool started_ = false;
};

}  // namespace windlass
