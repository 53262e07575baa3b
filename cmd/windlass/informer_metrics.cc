#include "cmd/windlass/all_metrics.h"

namespace windlass {
namespace {

constexpr MetricLabel kResource{
    "resource",
    {},
    "one of the resources that the process watches, such as `deployments`; `whole_pods` stands for "
    "the Pods that updates in place read"};

constexpr Metric kLists{"reflector_lists_total",
                        MetricType::kCounter,
                        "Total number of API lists done by the reflectors",
                        {{kResource}}};
constexpr Metric kWatches{"reflector_watches_total",
                          MetricType::kCounter,
                          "Total number of API watches done by the reflectors",
                          {{kResource}}};
constexpr Metric kLastVersion{"reflector_last_resource_version",
                              MetricType::kGauge,
                              "Last resource version seen for the reflectors",
                              {{kResource}}};
constexpr Metric kSynced{
    "windlass_informer_synced",
    MetricType::kGauge,
    "1 while the cache is complete; 0 before its first list and after a reset.",
    {{kResource}}};
constexpr Metric kObjects{
    "windlass_informer_objects", MetricType::kGauge, "Objects in the cache.", {{kResource}}};
constexpr Metric kQuarantined{
    "windlass_quarantined_objects",
    MetricType::kGauge,
    "Objects whose latest version could not be decoded.",
    {{kResource}},
    "Windlass writes nothing for the workload that such an object belongs to, and gives the "
    "workload an event `WindlassUnreadable`. A Service of a Rollout is left alone, and the "
    "condition `ServicesSynced` says so."};
constexpr Metric kBytes{"windlass_cache_bytes",
                        MetricType::kGauge,
                        "Approximate bytes of memory that the cache uses.",
                        {{kResource}},
                        "`texts` are labels, annotations and names, which all caches share."};
constexpr Metric kBudget{"windlass_cache_budget_bytes",
                         MetricType::kGauge,
                         "Bytes of memory that all caches together may use; 0 means no limit.",
                         {},
                         "Five eighths of the memory limit of the container."};
constexpr Metric kLeftOut{
    "windlass_left_out_objects",
    MetricType::kGauge,
    "Objects that are cached without their large parts, for lack of room.",
    {{kResource}},
    "Windlass changes nothing for the workload that such an object belongs to. A Deployment or "
    "Rollout says so in condition `ReplicaFailure`, an update of a ReplicationController in "
    "`status.message`. If the object is a Service, Windlass leaves only that Service as it is, and "
    "its Rollout says so in condition `ServicesSynced`. Objects that belong to no workload are "
    "counted, too."};
constexpr Metric kGivenUp{
    "windlass_informer_given_up",
    MetricType::kGauge,
    "1 while Windlass goes on without this cache, because there is no room for all objects.",
    {{kResource}},
    "Windlass tries again every 30 minutes. Until then, updates in place wait, and say so in the "
    "condition `windlass.dev/InPlace`; updates of ReplicationControllers wait, and say so in "
    "`status.message`; rollouts with strategy `Recreate` go on."};
constexpr std::string_view kEventTypes[] = {"added",    "modified",   "deleted",
                                            "bookmark", "other_kind", "unknown"};
constexpr Metric kEvents{"windlass_informer_events_total",
                         MetricType::kCounter,
                         "Watch events received, by type.",
                         {{kResource, {"type", kEventTypes}}},
                         "`other_kind` and `unknown` are ignored."};
constexpr Metric kDuplicates{
    "windlass_informer_duplicate_events_total",
    MetricType::kCounter,
    "Watch events and replies with a version that was already in the cache.",
    {{kResource}}};
constexpr Metric kStale{"windlass_informer_stale_events_total",
                        MetricType::kCounter,
                        "Watch events and replies older than the object in the cache.",
                        {{kResource}}};
constexpr Metric kDecodeErrors{"windlass_informer_decode_errors_total",
                               MetricType::kCounter,
                               "How often an object could not be decoded.",
                               {{kResource}},
                               "Windlass logs and skips each of them, and handles all others."};
constexpr Metric kRelists{
    "windlass_informer_relists_total",
    MetricType::kCounter,
    "Lists made because the API server no longer had the version that the watch asked for (410).",
    {{kResource}}};
constexpr Metric kHeard{"windlass_informer_seconds_since_last_heard",
                        MetricType::kGauge,
                        "Seconds since the last event, bookmark or complete list.",
                        {{kResource}}};
constexpr Metric kBookmark{
    "windlass_informer_seconds_since_last_bookmark",
    MetricType::kGauge,
    "Seconds since the last bookmark; before the first, since the start of the cache.",
    {{kResource}}};
constexpr Metric kSyncSeconds{
    "windlass_informer_sync_seconds",
    MetricType::kGauge,
    "Seconds from the start of the cache until it was complete for the first time; 0 until then.",
    {{kResource}}};
constexpr Metric kTimeTravels{
    "windlass_informer_time_travels_total",
    MetricType::kCounter,
    "Lists, version probes and bookmarks that showed an older state of the cluster than Windlass "
    "had already seen.",
    {{kResource}},
    "Windlass does not apply them. After three in a row, or one after an outage, it begins anew, "
    "with empty caches, and "
    "campaigns for leadership again: see windlass_informer_resets_total."};
constexpr Metric kVanishAlarms{
    "windlass_informer_vanish_alarms_total",
    MetricType::kCounter,
    "Lists that lacked most of the cached objects, so that Windlass listed again.",
    {{kResource}},
    "Most means more than half, of at least 20 objects."};
constexpr Metric kResets{"windlass_informer_resets_total",
                         MetricType::kCounter,
                         "Caches dropped because the cluster is another one, or went back in time.",
                         {{kResource}},
                         "Another cluster answers, or etcd was restored to an earlier state: "
                         "Windlass gives up its leadership, reads everything anew, and campaigns "
                         "again."};
constexpr Metric kAudits{"windlass_cache_audits_total",
                         MetricType::kCounter,
                         "Comparisons of the cache with a list.",
                         {{kResource}},
                         "One every 3 to 9 hours."};
constexpr Metric kDifferences{
    "windlass_cache_audit_differences_total",
    MetricType::kCounter,
    "Cached objects that differed from the API server's list in an audit. "
    "Any is a bug, in Windlass or in the API server.",
    {{kResource}},
    "A new list repairs the cache."};
constexpr Metric kWatchEnds{
    "windlass_informer_watch_ends_total",
    MetricType::kCounter,
    "Watches that ended, by reason.",
    {{kResource,
      {"reason",
       {},
       "`orderly`, `idle`, `short`, `silent`, `unfinished`, `malformed`, `transport`, `other`, or "
       "an HTTP status from 300 to 599"}}}};

double Number(uint64_t value) { return static_cast<double>(value); }

void AddWhatIsHeard(const InformerSnapshot& informer, Figures& figures) {
  const Figures::Labels labels = {informer.resource};
  const ReflectorCounters& heard = informer.reflector;
  figures.Count(kLists, heard.lists, labels);
  figures.Count(kWatches, heard.watches + heard.watch_lists, labels);
  figures.Set(kLastVersion, informer.last_version, labels);
  const auto events = [&](const char* type, uint64_t count) {
    figures.Count(kEvents, count, {informer.resource, type});
  };
  events("added", heard.added);
  events("modified", heard.modified);
  events("deleted", heard.deleted);
  events("bookmark", heard.bookmarks);
  events("other_kind", heard.wrong_types);
  events("unknown", heard.unknown_types);
  figures.Count(kDuplicates, informer.duplicates, labels);
  figures.Count(kStale, informer.stale, labels);
  figures.Count(kDecodeErrors, heard.decode_errors, labels);
  figures.Count(kWatchEnds, 0, {informer.resource, "orderly"});  // shown from the start
  for (const auto& [reason, count] : heard.watch_ends) {
    figures.Count(kWatchEnds, count, {informer.resource, reason});
  }
}

void AddStateOfCache(const InformerSnapshot& informer, Figures& figures) {
  const Figures::Labels labels = {informer.resource};
  const ReflectorCounters& heard = informer.reflector;
  figures.Set(kSynced, informer.synced ? 1 : 0, labels);
  figures.Set(kObjects, Number(informer.objects), labels);
  figures.Set(kQuarantined, Number(informer.quarantined), labels);
  figures.Set(kBytes, Number(informer.bytes), labels);
  figures.Set(kLeftOut, Number(informer.cut), labels);
  figures.Set(kGivenUp, informer.given_up ? 1 : 0, labels);
  figures.Count(kRelists, heard.relists_after_gone, labels);
  figures.Set(kHeard, informer.seconds_since_last_heard, labels);
  figures.Set(kBookmark, informer.seconds_since_last_bookmark, labels);
  figures.Set(kSyncSeconds, informer.sync_seconds, labels);
  figures.Count(kTimeTravels, heard.time_travels, labels);
  figures.Count(kVanishAlarms, heard.vanish_alarms, labels);
  figures.Count(kResets, heard.resets, labels);
  figures.Count(kAudits, informer.audit.audits, labels);
  figures.Count(kDifferences, informer.audit.differences, labels);
}

}  // namespace

MetricSection InformerMetrics() {
  return {"Caches",
          {&kBudget,      &kBytes,        &kLeftOut,      &kGivenUp,     &kSynced, &kObjects,
           &kQuarantined, &kLists,        &kWatches,      &kLastVersion, &kEvents, &kDuplicates,
           &kStale,       &kDecodeErrors, &kRelists,      &kWatchEnds,   &kHeard,  &kBookmark,
           &kSyncSeconds, &kTimeTravels,  &kVanishAlarms, &kResets,      &kAudits, &kDifferences}};
}

void AddInformers(const Snapshot& snapshot, Figures& figures) {
  figures.Set(kBudget, Number(snapshot.cache_budget));
  figures.Set(kBytes, Number(snapshot.text_bytes), {"texts"});
  for (const InformerSnapshot& informer : snapshot.informers) {
    AddWhatIsHeard(informer, figures);
    AddStateOfCache(informer, figures);
  }
}

}  // namespace windlass
