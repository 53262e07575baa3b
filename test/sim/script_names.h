// The names that scripts use for ReplicaSets: "web/2" is the ReplicaSet of Deployment web with
// revision 2, or of Rollout web. Remembers the last owner of a ReplicaSet without an owner, and the
// name of a deleted ReplicaSet.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "test/sim/api_server.h"

namespace windlass::sim {

class ReplicaSetNames {
 public:
  // Covers the owners of one kind in namespace "default". The server must outlive this object, and
  // its loop must not run after this object is gone.
  explicit ReplicaSetNames(ApiServer& server, const ResourceId& kind = resources::kDeployments);
  ReplicaSetNames(const ReplicaSetNames&) = delete;
  ReplicaSetNames& operator=(const ReplicaSetNames&) = delete;

  const ResourceId& kind() const { return kind_; }
  // Returns false if an owner of another kind controls the ReplicaSet. It then has no name here.
  bool Knows(const Json& replica_set) const;

  // Returns the owner that controls the ReplicaSet, or controlled it last; "-" if none ever did, or
  // one of another kind controls it.
  std::string OwnerOf(const std::string& replica_set) const;

  // Returns "web/2", "web/none" without the revision annotation, "-/2" without a controller. If two
  // ReplicaSets have the same name, the younger one's has an apostrophe added.
  std::string Shown(const std::string& replica_set) const;
  // Returns the name in events: a ReplicaSet without a controller has the name of its last one.
  std::string ShownInEvents(const std::string& replica_set) const;

  // Returns the ReplicaSet of that revision that the owner controls, else one that it controlled;
  // null if there is none.
  Object Find(const std::string& owner, const std::string& revision) const;

 private:
  struct Record {
    std::string uid;
    std::string owner = "-";
    std::string revision;
  };
  void OnChange(const Change& change);
  std::string OwnName(const Json& replica_set) const;

  ApiServer& server_;
  const ResourceId kind_;
  std::map<std::string, Record> records_;  // by name
};

}  // namespace windlass::sim
