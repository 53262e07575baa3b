// What an API server sends about ReplicaSets, spelled briefly: Object("a@5") is the object "ns/a"
// with resourceVersion "5", its uid made from its name (or from what stands after '#').
#pragma once

#include <string>
#include <vector>

#include "test/unit/cache/thing.h"

namespace windlass::wire {

inline Uid UidOf(const std::string& text) {
  const Thing thing = ParseThing(text);
  return UidNumber(thing.meta.uid.low != 0 ? static_cast<int>(thing.meta.uid.low)
                                           : thing.meta.name.front() * 1000);
}

inline std::string Metadata(const std::string& text) {
  const Thing thing = ParseThing(text);
  return R"({"namespace":"ns","name":")" + thing.meta.name + R"(","uid":")" +
         UidOf(text).ToString() + R"(","resourceVersion":")" + thing.meta.resource_version.text +
         R"("})";
}
inline std::string Object(const std::string& text, const std::string& spec = R"({"replicas":1})") {
  return R"({"kind":"ReplicaSet","apiVersion":"apps/v1","metadata":)" + Metadata(text) +
         R"(,"spec":)" + spec + "}";
}
// An object whose metadata can be read, and nothing else (R-031).
inline std::string Poison(const std::string& text) {
  return Object(text, R"({"replicas":"many"})");
}

inline std::string Event(const std::string& type, const std::string& object) {
  return R"({"type":")" + type + R"(","object":)" + object + "}";
}
inline std::string Added(const std::string& text) { return Event("ADDED", Object(text)); }
inline std::string Modified(const std::string& text) { return Event("MODIFIED", Object(text)); }
inline std::string Deleted(const std::string& text) { return Event("DELETED", Object(text)); }
inline std::string Bookmark(const std::string& version) {
  return Event("BOOKMARK", R"({"metadata":{"resourceVersion":")" + version + R"("}})");
}
inline std::string InitialEventsEnd(const std::string& version) {
  return Event("BOOKMARK", R"({"metadata":{"resourceVersion":")" + version +
                               R"(","annotations":{"k8s.io/initial-events-end":"true"}}})");
}

inline std::string ApiStatus(int code, const std::string& reason, const std::string& message = "",
                             const std::string& details = "{}") {
  return R"({"kind":"Status","apiVersion":"v1","status":"Failure","code":)" + std::to_string(code) +
         R"(,"reason":")" + reason + R"(","message":")" + message + R"(","details":)" + details +
         "}";
}
inline std::string ErrorEvent(int code, const std::string& reason) {
  return Event("ERROR", ApiStatus(code, reason));
}
inline std::string VersionTooLarge() {
  return ApiStatus(504, "Timeout", "Too large resource version",
                   R"({"causes":[{"reason":"ResourceVersionTooLarge"}],"retryAfterSeconds":1})");
}

inline std::string ListOf(const std::string& version, const std::vector<std::string>& objects,
                          const std::string& continue_token = "",
                          const std::string& kind = "ReplicaSetList",
                          const std::string& api_version = "apps/v1") {
  std::string items;
  for (const std::string& object : objects) items += (items.empty() ? "" : ",") + object;
  return R"({"kind":")" + kind + R"(","apiVersion":")" + api_version +
         R"(","metadata":{"resourceVersion":")" + version + R"(","continue":")" + continue_token +
         R"("},"items":[)" + items + "]}";
}

}  // namespace windlass::wire
