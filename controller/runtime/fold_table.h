// Replies into the caches: the next step already sees what the last one did.
//
// Whoever owns a store registers a row for its resource: how a reply is decoded and folded, and
// what the store does about an object that is gone. The key whose sync wrote is not woken by its
// own fold, because it looks again at once; everybody else is. Core thread only.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string_view>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/request.h"
#include "kubeclient/base/result.h"
#include "kubeclient/cache/queue_key.h"

namespace windlass {

class FoldTable {
 public:
  struct Row {
    // Decodes the object in `body`, the reply to `request`, and holds it. Error kMalformed if it
    // cannot be decoded.
    std::function<Status(const Request& request, std::string_view body)> fold;
    // The same for the reply to a deletion. Null: the store waits for the watch.
    std::function<void(const Request& request, std::string_view body)> deleted{};
    // An uncached read found no object where `request` had written, or was to write. Null: the
    // store waits for the watch.
    std::function<void(const ObjectKey& key, const Uid& uid)> gone{};
  };

  FoldTable() = default;
  FoldTable(const FoldTable&) = delete;
  FoldTable& operator=(const FoldTable&) = delete;

  // Replies about `resource` go to `row`. A resource without a row is not cached.
  void Add(const ResourceId& resource, Row row);

  // Folds the reply to a successful write made for `key`. Error kMalformed when the reply cannot
  // be decoded: the write happened, but its result is not known.
  Status Written(const QueueKey& key, const Request& request, const Reply& reply);

  // Folds the reply to an uncached read made for `key`. Lists are facts of the sync and not folded.
  Status Read(const QueueKey& key, const Request& request, const Reply& reply);

  // An uncached read for `key` found nothing where `request` had written, or was to write. After a
  // creation that proves nothing.
  void Vanished(const QueueKey& key, const Request& request);

  // The key whose reply is being folded right now; nullopt at any other time.
  const std::optional<QueueKey>& folding() const { return folding_; }

 private:
  class Folding;

  const Row* Find(const ResourceId& resource) const;
  Status Object(const Request& request, const Reply& reply);

  std::map<ResourceId, Row> rows_;
  std::optional<QueueKey> folding_;
};

}  // namespace windlass
