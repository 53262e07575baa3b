// Folds replies into the caches: puts the object in the reply to a write or to an uncached read
// into the stores at once. So the next step of a sync sees what the last step did.
//
// The owner of a store registers a row for its resource: how to decode a reply and store its
// object, and what to do if an object is gone. An informer registers at most one row. A resource
// has two rows if two informers cache different parts of its objects (Projection). A fold wakes
// every key concerned except the key whose sync made the request. Core thread only.
//
// The table also knows which writes are under way: sent, and without effect in the stores yet. A
// sync of another key must not overlook them (P-038). A key has at most one write under way.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/request.h"
#include "kubeclient/base/result.h"
#include "kubeclient/cache/queue_key.h"

namespace windlass {

class FoldTable {
 public:
  struct Row {
    // Decodes the object in `body`, the reply to `request`, and folds it (puts it) into the store.
    // Returns kMalformed if the object cannot be decoded.
    std::function<Status(const Request& request, std::string_view body)> fold;
    // Folds the reply to a deletion. Null: the object stays in the store until the watch shows the
    // deletion.
    std::function<void(const Request& request, std::string_view body)> deleted{};
    // Called when an uncached read has shown that the object `key` with `uid` is gone. Windlass
    // makes such a read after a write that had an unknown outcome or got a 404. Null: the object
    // stays in the store until the watch shows the deletion.
    std::function<void(const ObjectKey& key, const Uid& uid)> gone{};
  };

  FoldTable() = default;
  FoldTable(const FoldTable&) = delete;
  FoldTable& operator=(const FoldTable&) = delete;

  // Registers `row` for replies about `resource`, in addition to the resource's other rows. Replies
  // about a resource without a row are not folded.
  void Add(const ResourceId& resource, Row row);

  // Call before a write is sent for `key`. The write is under way until one of these:
  // - Written has folded its reply
  // - NotWritten is called, because the write had no effect
  // - Vanished is called for `key`: after an unknown outcome, a read has found no object
  // - Read has folded the object for `key` after an unknown outcome, and write_may_arrive returns
  //   false. Example: the connection of a patch of Pod web-1 breaks, and a read shows web-1 as it
  //   was. The patch may still arrive after the read (L-012).
  // - the next write is sent for `key`
  // - ForgetWrites is called
  void Sending(const QueueKey& key, const Request& write);
  void NotWritten(const QueueKey& key) { under_way_.erase(key); }
  // Returns true while a write without an answer may still arrive (Client::write_may_arrive). Set
  // by the term. Null: none may arrive.
  std::function<bool()> write_may_arrive;
  // Call when a term ends. Nothing is decided before the next term, and that term waits until the
  // caches show the writes of former terms.
  void ForgetWrites() { under_way_.clear(); }
  // Returns the objects of `resource` with a write under way for a key of this namespace.
  std::vector<ObjectKey> UnderWay(const ResourceId& resource, const Symbol& namespace_) const;

  // Folds the reply to a successful write made for `key`. Does nothing if `request` creates a
  // subresource, such as an eviction, because the reply is then a Status. Returns kMalformed if the
  // reply cannot be decoded: the write happened, but its result is not known.
  Status Written(const QueueKey& key, const Request& request, const Reply& reply);

  // Folds the reply to an uncached read made for `key`. Does nothing for
  // - a list, because only the sync that asked for the list uses it
  // - a dry run, because the object in its reply does not exist
  Status Read(const QueueKey& key, const Request& request, const Reply& reply);

  // Call this if the outcome of the write `request` was unknown, or the write got a 404, and the
  // read after it finds no object. The write is no longer under way for `key`. Removes the object
  // from the caches (Row::gone). Exception: after a creation, removes nothing, because the object
  // may still appear.
  void Vanished(const QueueKey& key, const Request& request);

  // Returns the key whose reply is being folded right now; nullopt at any other time.
  const std::optional<QueueKey>& folding() const { return folding_; }

 private:
  class Folding;

  // The object of a write.
  struct Target {
    ResourceId resource;
    ObjectKey object;
    bool was_read = false;  // Read has shown the object since
  };

  const std::vector<Row>& RowsOf(const ResourceId& resource) const;
  Status FoldWrite(const QueueKey& key, const Request& request, const Reply& reply);
  Status Object(const Request& request, const Reply& reply);
  bool MayArrive() const { return write_may_arrive && write_may_arrive(); }
  void NoteRead(const QueueKey& key);

  std::map<ResourceId, std::vector<Row>> rows_;  // each resource's rows in the order of Add
  std::optional<QueueKey> folding_;
  std::map<QueueKey, Target> under_way_;
};

}  // namespace windlass
