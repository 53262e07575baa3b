// The names that scripts use for ReplicaSets: "web/2" is the ReplicaSet of Deployment web with
// revision 2. Remembers the last owner of a ReplicaSet without an owner, and the name of a deleted
// ReplicaSet.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "test/sim/api_server.h"

namespace windlass::sim {

class ReplicaSetNames {
 public:
  // Covers namespace "default". The server must outlive this object, and its loop must not run
  // after this object is gone.
  explicit ReplicaSetNames(ApiServer& server);
  ReplicaSetNames(const ReplicaSetNames&) = delete;
  ReplicaSetNames& operator=(const ReplicaSetNames&) = delete;

  // Returns the Deployment that controls the ReplicaSet, or controlled it last; "-" if none ever
  // did.
  std::string OwnerOf(const std::string& replica_set) const;

  // Returns "web/2", "web/none" without the revision annotation, "-/2" without a controller. If two
  // ReplicaSets have the same name, the younger one's has an apostrophe added.
  std::string Shown(const std::string& replica_set) const;
  // Returns the name in events: a ReplicaSet without a controller has the name of its last one.
  std::string ShownInEvents(const std::string& replica_set) const;

  // Returns the ReplicaSet of that revision that the Deployment controls, else one that it
  // controlled; null if there is none.
  Object Find(const std::string& deployment, const std::string& revision) const;

 private:
  struct Record {
    std::string uid;
    std::string owner = "-";
    std::string revision;
  };
  void OnChange(const Change& change);

  ApiServer& server_;
  std::map<std::string, Record> records_;  // by name
};

}  // namespace windlass::sim
