// An informer that the controllers of a process share, with the audit of its cache. It runs from
// its first Use until its last user has released it. Core thread only.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "controller/runtime/informer_snapshot.h"
#include "kubeclient/cache/cache_audit.h"
#include "kubeclient/cache/informer.h"

namespace windlass {

// What is watched, and what is kept of each object. Two projections of one resource have different
// names: "pods" for the metadata of Pods, "whole_pods" for all fields that are read.
template <typename T>
struct Projection {
  std::string name;  // as the label of metrics
  ReflectorOptions options;
  typename Informer<T>::DecodeFunction decode;
};

class AnyInformer {
 public:
  explicit AnyInformer(std::string name) : name_(std::move(name)) {}
  virtual ~AnyInformer() = default;
  AnyInformer(const AnyInformer&) = delete;
  AnyInformer& operator=(const AnyInformer&) = delete;

  const std::string& name() const { return name_; }
  bool used() const { return users_ > 0; }

  virtual void Start() = 0;
  virtual void StartAudit() = 0;
  virtual void Stop() = 0;  // stops the audit too
  virtual void Reset(std::string_view why) = 0;
  virtual void TryNow() = 0;
  virtual bool HasSynced() const = 0;
  virtual const Reflector& reflector() const = 0;
  // Returns what is wrong with the watch, or that the first list is not complete yet; "" if all is
  // well.
  std::string Trouble() const;
  virtual InformerSnapshot Snapshot(MonotonicTime now) const = 0;

 private:
  friend class Informers;
  const std::string name_;
  int users_ = 0;
};

template <typename T>
class SharedInformer final : public AnyInformer {
 public:
  SharedInformer(const InformerEnvironment& environment, Projection<T> projection)
      : AnyInformer(std::move(projection.name)),
        informer(environment, std::move(projection.options), projection.decode),
        audit_(environment, informer) {}

  void Start() override { informer.Start(); }
  void StartAudit() override { audit_.Start(); }
  void Stop() override {
    audit_.Stop();
    informer.Stop();
  }
  void Reset(std::string_view why) override { informer.Reset(why); }
  void TryNow() override { informer.TryNow(); }
  bool HasSynced() const override { return informer.HasSynced(); }
  const Reflector& reflector() const override { return informer.reflector(); }
  InformerSnapshot Snapshot(MonotonicTime now) const override {
    return SnapshotOf(name(), informer, audit_.counters(), now);
  }

  Informer<T> informer;

 private:
  CacheAudit<T> audit_;
};

}  // namespace windlass
