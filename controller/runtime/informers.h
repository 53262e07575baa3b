// One informer for each resource and projection: one watch and one copy in memory, however many
// controllers of this process ask for it. All of them see one cluster, and one past of it.
// Core thread only.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/runtime/shared_informer.h"
#include "kubeclient/base/assert.h"
#include "kubeclient/cache/cluster_identity.h"
#include "kubeclient/cache/informer.h"
#include "kubeclient/cache/list_gate.h"

namespace windlass {

class Informers {
 public:
  // Everything in `environment` must outlive this. `watched_namespace` empty = all namespaces.
  Informers(const InformerEnvironment& environment, std::string watched_namespace);
  ~Informers();
  Informers(const Informers&) = delete;
  Informers& operator=(const Informers&) = delete;

  // With the list gate that all informers share.
  const InformerEnvironment& environment() const { return environment_; }
  const std::string& watched_namespace() const { return namespace_; }

  // Returns the informer of that name, which the first call makes. Whoever asks listens to it and
  // to its store, and calls Use when it needs it to run.
  template <typename T>
  SharedInformer<T>& Of(Projection<T> projection);

  // Starts those of `wanted` that nobody used yet, in that order, then their audits. Each Use is
  // ended by one Release.
  void Use(std::initializer_list<AnyInformer*> wanted);
  // Stops those that nobody uses any more: no callback of theirs after it returns.
  void Release(std::initializer_list<AnyInformer*> unwanted);

  // The server is back: what waits after a failure tries again soon, and the server is asked which
  // cluster it is.
  void TryNow();

  // All informers start over: another cluster answers, or one that was put back to an earlier
  // state. Called once per reset, with no informer synced and nothing of the new state shown.
  std::function<void()> on_reset;

  // Those that are used, in the order in which they were asked for.
  std::vector<InformerSnapshot> Snapshots() const;

 private:
  void Reset(std::string_view why);
  void CheckIdentity();

  ListGate list_gate_;
  InformerEnvironment environment_;
  const std::string namespace_;
  std::vector<std::unique_ptr<AnyInformer>> informers_;
  ClusterIdentity identity_;
  bool resetting_ = false;
  bool started_ = false;
};

template <typename T>
SharedInformer<T>& Informers::Of(Projection<T> projection) {
  for (const auto& informer : informers_) {
    if (informer->name() != projection.name) continue;
    auto* known = dynamic_cast<SharedInformer<T>*>(informer.get());
    WL_ASSERT(known != nullptr);  // one name, two projections
    return *known;
  }
  auto made = std::make_unique<SharedInformer<T>>(environment_, std::move(projection));
  SharedInformer<T>& informer = *made;
  informers_.push_back(std::move(made));
  informer.informer.on_reset.Add([this] { Reset("another resource started over"); });
  informer.informer.on_recovered.Add([this] { CheckIdentity(); });
  return informer;
}

}  // namespace windlass
