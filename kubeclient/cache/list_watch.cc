#include "kubeclient/cache/list_watch.h"

#include <string_view>

#include "kubeclient/base/limits.h"
#include "kubeclient/transport/target.h"

namespace windlass {
namespace {

// The plain form stands last in both: a server that cannot reduce objects to metadata may send them whole.
constexpr std::string_view kMetadataList =
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
constexpr std::string_view kMetadata =
    "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";

// A path and query under construction.
class Target {
 public:
  explicit Target(const ReflectorOptions& options) {
    const ResourceInfo& info = Info(options.resource);
    const bool core_group = info.group_version.find('/') == std::string_view::npos;
    text_ = core_group ? "/api/" : "/apis/";
    text_ += info.group_version;
    if (!options.namespace_.empty()) text_ += "/namespaces/" + PercentEncode(options.namespace_);
    text_ += '/';
    text_ += info.plural;
    Add("labelSelector", options.label_selector);
    Add("fieldSelector", options.field_selector);
  }

  // Nothing is added for an empty value.
  Target& Add(std::string_view name, std::string_view value) {
    if (value.empty()) return *this;
    text_ += separator_;
    separator_ = '&';
    text_.append(name).append("=").append(PercentEncode(value));
    return *this;
  }
  std::string text() const { return text_; }

 private:
  std::string text_;
  char separator_ = '?';
};

HttpRequest Stream(const ReflectorOptions& options, Target& target, seconds timeout) {
  target.Add("watch", "1").Add("allowWatchBookmarks", "true");
  target.Add("timeoutSeconds", std::to_string(timeout.count()));
  HttpRequest request;
  request.target = target.text();
  if (options.metadata_only) request.accept = kMetadata;
  request.deadline = kWatchIdle;
  request.call_class = CallClass::kWatch;
  return request;
}

}  // namespace

HttpRequest ListPageRequest(const ReflectorOptions& options, const ListPageQuery& query) {
  Target target(options);
  if (query.limit > 0) target.Add("limit", std::to_string(query.limit));
  if (!query.continue_token.empty()) {
    target.Add("continue", query.continue_token);
  } else if (!query.not_older_than.empty()) {
    target.Add("resourceVersion", query.not_older_than.text);
    target.Add("resourceVersionMatch", "NotOlderThan");
  }
  HttpRequest request;
  request.target = target.text();
  if (options.metadata_only) request.accept = kMetadataList;
  request.deadline = kListPageDeadline;
  return request;
}

HttpRequest WatchRequest(const ReflectorOptions& options, const ResourceVersion& version,
                         seconds timeout) {
  Target target(options);
  target.Add("resourceVersion", version.text);
  return Stream(options, target, timeout);
}

HttpRequest WatchListRequest(const ReflectorOptions& options,
                             const ResourceVersion& not_older_than, seconds timeout) {
  Target target(options);
  target.Add("sendInitialEvents", "true").Add("resourceVersionMatch", "NotOlderThan");
  target.Add("resourceVersion", not_older_than.text);
  return Stream(options, target, timeout);
}

}  // namespace windlass
