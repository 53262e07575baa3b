// Checks whether the cache equals the API server's state. Every 6 hours +- 50 % the audit gets one
// consistent list of metadata. It compares uid and resourceVersion of every object with the store.
// It leaves out objects that changed after it began, and quarantined objects.
//
// A difference is a bug, in this library or in the API server. The audit counts all differences and
// logs the first ones. If there was a difference, the informer lists again at the audit's end. The
// audit gives up if
//   - its list fails, or has an object without a readable identity;
//   - after kAuditPatience, pages are missing or the watch has not caught up with the list;
//   - it finds, while it compares, that the informer is not synced, or has applied only a part of a
//     list of its own.
// Core thread only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/lifetime.h"
#include "kubeclient/cache/expected_type.h"
#include "kubeclient/cache/informer.h"
#include "kubeclient/cache/list_pages.h"

namespace windlass {

// How often the cache is compared with the API server, +- 50 % (R-051).
inline constexpr Duration kAuditPeriod = seconds(6 * 3600);
// An audit gives up this long after its beginning if pages are still missing, or if the watch has
// not caught up.
// Bookmarks come once a minute, so a watch that works catches up within about a minute.
inline constexpr Duration kAuditPatience = seconds(300);
// How often an audit checks whether the watch has caught up.
inline constexpr Duration kAuditLook = seconds(1);
// How many objects one turn of the event loop compares.
inline constexpr int kAuditComparedInOneTurn = 2000;

struct CacheAuditCounters {
  uint64_t audits = 0;       // finished
  uint64_t differences = 0;  // 0 unless there is a bug
};

template <typename T>
class CacheAudit {
 public:
  // All references must outlive the audit.
  CacheAudit(InformerEnvironment environment, Informer<T>& informer);
  ~CacheAudit() { Stop(); }
  CacheAudit(const CacheAudit&) = delete;
  CacheAudit& operator=(const CacheAudit&) = delete;

  void Start() { Rest(); }
  void Stop();

  const CacheAuditCounters& counters() const { return counters_; }

 private:
  struct Seen {
    Uid uid;
    ResourceVersion version;
  };

  void Rest();
  void Begin();
  void RequestPage(std::string continue_token);
  void OnPage(const Result<HttpResponse>& reply);
  bool Collect(const ListPage& page);
  void AwaitVersion();
  void Compare();
  void CompareOne(const ObjectKey& key, const Seen* listed, const T* held);
  void Finish();
  void Different(const ObjectKey& key, const char* how);

  InformerEnvironment environment_;
  Informer<T>& informer_;
  ReflectorOptions options_;
  ExpectedType expected_type_;
  CacheAuditCounters counters_;

  TimerId timer_ = 0;
  CallId call_ = 0;
  Lifetime call_lifetime_;
  bool under_way_ = false;
  PageSize page_size_;
  std::string continue_token_;  // of the page under way
  std::map<ObjectKey, Seen> listed_;
  std::set<ObjectKey> changed_;  // objects that changed since the audit began: not compared
  ResourceVersion version_;      // of the list
  MonotonicTime give_up_at_;
  std::optional<ObjectKey> compared_;  // all keys up to and including this one have been compared
  uint64_t found_ = 0;                 // differences in this audit
};

}  // namespace windlass

#include "kubeclient/cache/cache_audit_inl.h"
