// Implementation of cache_audit.h.
#pragma once

#include <utility>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/cache/cache_audit.h"
#include "kubeclient/cache/list_watch.h"

namespace windlass {

// How many differences of one audit the log names.
inline constexpr uint64_t kAuditDifferencesLogged = 10;

template <typename T>
CacheAudit<T>::CacheAudit(InformerEnvironment environment, Informer<T>& informer)
    : environment_(environment),
      informer_(informer),
      options_(informer.reflector().options()),
      expected_type_([this] {
        options_.metadata_only = true;
        return ExpectedType(options_);
      }()) {
  informer.store().OnChange([this](const Change<T>& change) {
    if (!under_way_) return;
    changed_.insert(KeyOf((change.new_object ? change.new_object : change.old_object)->meta));
  });
}

template <typename T>
void CacheAudit<T>::Stop() {
  call_lifetime_.End();
  if (call_ != 0) environment_.transport.Cancel(std::exchange(call_, CallId{0}));
  environment_.timers.Cancel(timer_);
  under_way_ = false;
  listed_.clear();
  changed_.clear();
}

template <typename T>
void CacheAudit<T>::Rest() {
  Stop();
  const Duration wait = environment_.random.Between(kAuditPeriod / 2, kAuditPeriod * 3 / 2);
  timer_ = environment_.timers.At(environment_.clock.Now() + wait, [this] { Begin(); });
}

template <typename T>
void CacheAudit<T>::Begin() {
  if (!informer_.HasSynced()) return Rest();
  under_way_ = true;
  version_ = {};
  compared_.reset();
  found_ = 0;
  give_up_at_ = environment_.clock.Now() + kAuditPatience;
  RequestPage("");
}

template <typename T>
void CacheAudit<T>::RequestPage(std::string continue_token) {
  ListPageQuery query;
  continue_token_ = std::move(continue_token);
  query.limit = page_size_.limit();
  query.continue_token = continue_token_;
  call_lifetime_.End();
  const auto answered = [this](const Result<HttpResponse>& reply) {
    call_ = 0;
    OnPage(reply);
  };
  call_ =
      environment_.transport.Call(ListPageRequest(options_, query), call_lifetime_.Guard(answered));
}

template <typename T>
void CacheAudit<T>::OnPage(const Result<HttpResponse>& reply) {
  const bool too_large = !reply.ok() && reply.error().kind == ErrorKind::kTooLarge;
  if (too_large && page_size_.Halve()) return RequestPage(continue_token_);
  if (!reply.ok() || reply->status != 200) return Rest();
  const Result<ListPage> page = environment_.decoder.DecodeList(reply->body);
  if (!page.ok() || !expected_type_.Fits(*page) || !Collect(*page)) return Rest();
  page_size_.Fitted();
  if (page->continue_token.empty()) return AwaitVersion();
  if (environment_.clock.Now() >= give_up_at_) return Rest();
  RequestPage(page->continue_token);
}

// Adds the page's objects to `listed_`. Returns false if an object has no readable identity,
// because then no comparison is possible.
template <typename T>
bool CacheAudit<T>::Collect(const ListPage& page) {
  if (version_.empty()) version_ = page.resource_version;
  for (const std::string_view item : page.items) {
    Result<ObjectIdentity> object = environment_.decoder.DecodeIdentity(item);
    if (!object.ok()) return false;
    listed_.insert_or_assign(std::move(object->key),
                             Seen{object->uid, std::move(object->resource_version)});
  }
  return true;
}

// Begins to compare once the informer has reached the list's version and is not applying a list of
// its own. Gives the audit up if the informer is not ready within kAuditPatience after the audit
// began.
template <typename T>
void CacheAudit<T>::AwaitVersion() {
  const bool behind = IsOlder(informer_.reflector().last_version(), version_);
  if (!behind && !informer_.is_applying()) return Compare();
  if (environment_.clock.Now() >= give_up_at_) return Rest();
  timer_ = environment_.timers.At(environment_.clock.Now() + kAuditLook, [this] {
    timer_ = 0;
    AwaitVersion();
  });
}

// Walks through the list and the store together, both in order of key, over several turns of the
// event loop. CompareOne leaves out objects that have changed in the store since the audit began.
template <typename T>
void CacheAudit<T>::Compare() {
  timer_ = 0;
  // Gives the audit up if the informer was stopped or reset, or has applied only a part of a list.
  if (!informer_.HasSynced() || informer_.is_applying()) return Rest();
  for (int compared = 0; compared < kAuditComparedInOneTurn; ++compared) {
    const auto listed = compared_ ? listed_.upper_bound(*compared_) : listed_.begin();
    const T* held = informer_.store().After(compared_);
    const bool none_listed = listed == listed_.end();
    if (none_listed && held == nullptr) return Finish();
    const bool comes_held =
        none_listed || (held != nullptr && !(listed->first < KeyOf(held->meta)));
    const bool comes_listed =
        !none_listed && (held == nullptr || !(KeyOf(held->meta) < listed->first));
    compared_ = comes_listed ? listed->first : KeyOf(held->meta);
    CompareOne(*compared_, comes_listed ? &listed->second : nullptr, comes_held ? held : nullptr);
  }
  timer_ = environment_.timers.At(environment_.clock.Now(), [this] { Compare(); });
}

// `listed` is null if the list lacks the object. `held` is null if the store lacks the object.
template <typename T>
void CacheAudit<T>::CompareOne(const ObjectKey& key, const Seen* listed, const T* held) {
  if (changed_.contains(key) || informer_.quarantined().contains(key)) return;
  if (listed == nullptr) {
    Different(key, "cached, but missing from the list");
  } else if (held == nullptr || held->meta.uid != listed->uid) {
    Different(key, "missing from the cache");
  } else if (!(held->meta.resource_version == listed->version)) {
    Different(key, "cached in another version");
  }
}

template <typename T>
void CacheAudit<T>::Finish() {
  ++counters_.audits;
  const bool mend = found_ > 0;
  Rest();
  if (mend) informer_.Relist();
}

template <typename T>
void CacheAudit<T>::Different(const ObjectKey& key, const char* how) {
  ++counters_.differences;
  if (++found_ > kAuditDifferencesLogged) return;
  environment_.log.Error(
      "the cache differs from the API server; listing again",
      {{"resource", options_.resource.plural}, {"object", key.ToString()}, {"how", how}});
}

}  // namespace windlass
