// The objects of a kind with a CustomResourceDefinition, as the kind's controller reads them: a
// WatchedResource that also waits until the CustomResourceDefinition is as new as this program.
// Core thread only.
#pragma once

#include <string>
#include <vector>

#include "controller/kind/needed_crd.h"
#include "controller/kind/watch/crd_revision.h"
#include "controller/runtime/watched_resource.h"

namespace windlass::kind {

template <typename T>
class WatchedKind : private WatchedResource<T> {
  using Resource = WatchedResource<T>;

 public:
  // `host` must outlive this.
  WatchedKind(ControllerHost& host, const NeededCrd& needed, typename Resource::Decode decode)
      : Resource(host, needed.resource, decode),
        crd_(needed, host, Resource::on_not_served(), Resource::on_recovered()) {}

  void Start() {
    crd_.Start();
    Resource::Start();
  }
  void Stop() {
    crd_.Stop();
    Resource::Stop();
  }

  // Returns true if the cache is complete, and the controller is allowed to act on the objects.
  bool HasSynced() const { return crd_.permits() && Resource::HasSynced(); }
  // Returns true while the API server does not serve the kind with a CustomResourceDefinition that
  // is new enough.
  bool WaitsForApi() const { return crd_.is_older() || Resource::WaitsForApi(); }
  // Returns what is wrong with the cache or its watch, and with the CustomResourceDefinition: one
  // line each.
  std::vector<std::string> Troubles() const {
    std::vector<std::string> troubles = {Resource::Trouble(), crd_.Trouble()};
    std::erase(troubles, "");
    return troubles;
  }

  using Resource::Compared;
  using Resource::on_unreadable;
  using Resource::on_unreadable_gone;
  using Resource::quarantined;
  using Resource::store;
  using Resource::view_at;

 private:
  CrdRevision crd_;
};

}  // namespace windlass::kind
