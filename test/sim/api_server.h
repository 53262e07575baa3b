// A model of kube-apiserver 1.37: HTTP requests in, answers and watch events out, deterministic.
//
// It serves the resources of api_resource.cc, Rollouts as their CRD describes them. A request takes
// effect at the moment it is handled; the transport adds latency, loss and crashes. api_contract.h
// checks the model: the same cases run against it and against a real server.
//
// An eviction of a Pod counts the budgets that select the Pod (api_eviction.h).
//
// Not modelled: authentication, RBAC, managedFields, apply, dry runs of anything but creations,
// admission except that of admission.h.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "kubeclient/transport/transport.h"
#include "test/sim/api_watch.h"
#include "test/sim/object_store.h"
#include "test/sim/registry.h"
#include "test/sim/sim_loop.h"

namespace windlass::sim {

class ApiServer {
 public:
  // Draws the seeds of its own random numbers from the loop's. It uses them for uids, names and
  // time-outs.
  explicit ApiServer(SimLoop& loop);
  ApiServer(const ApiServer&) = delete;
  ApiServer& operator=(const ApiServer&) = delete;

  // Handles one request that is not a watch. `actor` names the sender, for traces and invariants.
  HttpResponse Handle(const HttpRequest& request, const std::string& actor,
                      const Sender& sender = {});

  // Handles one request with watch=1.
  WatchId Watch(const HttpRequest& request, const std::string& actor, WatchSink sink);
  void StopWatch(WatchId id) { watches_.Stop(id); }
  void EndWatches(std::optional<ResourceId> only = std::nullopt) { watches_.EndAll(only); }

  // Direct calls for the modelled controllers, kubelets and users, without HTTP.
  ApiAnswer Create(const std::string& actor, const ResourceId& resource,
                   const std::string& namespace_, Json object, uint64_t shown = kAllShown);
  using Edit = std::function<void(Json& object)>;
  ApiAnswer Update(const std::string& actor, const StoreKey& key, std::string_view subresource,
                   const Edit& edit, uint64_t shown = kAllShown);
  ApiAnswer Patch(const std::string& actor, const StoreKey& key, std::string_view subresource,
                  std::string_view content_type, const Json& patch);
  ApiAnswer Delete(const std::string& actor, const StoreKey& key,
                   const DeleteOptions& options = {});

  // Calls `listener` for each request that was answered with 404 for the object that it names.
  void OnMissing(std::function<void(const StoreKey& key, const std::string& actor)> listener) {
    on_missing_ = std::move(listener);
  }

  // Answers each GET of `target` with `object`, which is of a resource that the model does not
  // have.
  void Show(const std::string& target, Json object);

  Object Find(const StoreKey& key) const { return store_.Find(key); }
  std::vector<Object> List(const ResourceId& resource, const std::string& namespace_) const {
    return store_.List(resource, namespace_);
  }
  ObjectStore& store() { return store_; }
  // How large objects may be. A search makes everything smaller by the same factor.
  void SetLimits(const ServerLimits& limits) { registry_.SetLimits(limits); }
  const ServerLimits& limits() const { return registry_.limits(); }
  SimLoop& loop() { return loop_; }

 private:
  ApiAnswer Dispatch(const HttpRequest& request, const std::string& actor, uint64_t shown);
  ApiAnswer Read(const ApiPath& path, const std::string& accept);
  ApiAnswer Post(const Caller& caller, const ApiPath& path, const Target& target,
                 const HttpRequest& request);
  ApiAnswer Evict(const Caller& caller, const Target& target, const std::string& body);
  ApiAnswer EditAs(const Caller& caller, const Target& target, const Edit& edit);
  ApiAnswer Put(const Caller& caller, const Target& target, const HttpRequest& request);
  ApiAnswer PatchBody(const Caller& caller, const Target& target, std::string_view content_type,
                      std::string_view body);
  ApiAnswer DeleteBody(const Caller& caller, const ApiPath& path, const Target& target,
                       const HttpRequest& request);
  void NoteChange(const Change& change);
  void NoteMissing(const HttpRequest& request, const std::string& actor);

  SimLoop& loop_;
  ObjectStore store_;
  Registry registry_;
  WatchHub watches_;
  std::map<std::string, Object> shown_;  // by target
  std::function<void(const StoreKey& key, const std::string& actor)> on_missing_;
};

}  // namespace windlass::sim
