#include "controller/in_place/batch/rollout_pods.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "controller/in_place/pod/availability.h"
#include "controller/in_place/pod/lost_state.h"
#include "controller/in_place/pod/pod_changes.h"
#include "controller/in_place/pod/resize.h"
#include "controller/in_place/pod/revision_of_pod.h"
#include "controller/in_place/template/metadata.h"
#include "controller/in_place/template/template_images.h"

namespace windlass::in_place {
namespace {

// Returns the images of all templates whose text is known, except the host's.
Result<std::vector<TemplateImages>> OtherImages(const RolloutTemplates& templates) {
  std::vector<TemplateImages> images;
  for (const ReplicaSet* rs : templates.all) {
    if (rs == &templates.host || rs->template_json == nullptr) continue;
    WINDLASS_TRY(TemplateImages one,
                 ReadTemplateImages(rs->template_fingerprint, *rs->template_json));
    images.push_back(std::move(one));
  }
  return images;
}

// Returns the template among `others` whose images the Pod has; nullopt if there is none.
std::optional<Fingerprint> OfImages(const Pod& pod, const std::vector<TemplateImages>& others) {
  const auto found = std::ranges::find_if(
      others, [&](const TemplateImages& images) { return HasImagesOf(pod, images); });
  return found == others.end() ? std::nullopt : std::optional(found->fingerprint);
}

std::optional<PodState> OurState(const std::optional<Result<PodState>>& said,
                                 const Uid& deployment) {
  if (!said || !said->ok() || (*said)->deployment != deployment) return std::nullopt;
  return **said;
}

const ContainerPatch* FindPatch(const PodState& state, std::string_view container) {
  const auto found = std::ranges::find(state.containers, container, &ContainerPatch::name);
  return found == state.containers.end() ? nullptr : &*found;
}

// Returns true if `image` is surely not the image that the patch asked for. `present` is the image
// that the Pod has since the patch.
//   - `image` is `present`: false
//   - admission rewrote the patch, so that `present` is "mirror/app:2" instead of "app:2": true
//   - otherwise `present` is as asked, such as "app:2". True if `image` has no digest ("app:1").
//     False if it has one, because "app:2" may name this digest
bool MeansAnother(std::string_view image, const ContainerPatch& patch, std::string_view present) {
  if (image == present) return false;
  return present != patch.to || image.find('@') == std::string_view::npos;
}

// Returns true if both of these hold:
//   - `pod` has the images that `sibling` had before our patch to the target
//   - at least one of these images is surely not an image of the target (MeansAnother)
// `images` are those of the template that `sibling` had before the patch.
bool HadImagesOf(const Pod& pod, const Pod& sibling, const PodState& state,
                 const TemplateImages& images) {
  bool told = false;
  for (const ContainerImage& one : images.containers) {
    const PodContainer* mine = pod.Find(one.name);
    const PodContainer* present = sibling.Find(one.name);
    if (mine == nullptr || present == nullptr) return false;
    const ContainerPatch* patch = FindPatch(state, one.name);
    if (mine->image != (patch == nullptr ? present->image.text() : std::string_view(patch->from))) {
      return false;
    }
    told = told || (patch != nullptr && MeansAnother(mine->image, *patch, present->image));
  }
  return told;
}

// A Pod that was patched to the target, and the state of that patch.
struct Sibling {
  const Pod* pod;
  PodState state;
};

std::vector<Sibling> Siblings(std::span<const Pod* const> pods, const RolloutTemplates& templates) {
  std::vector<Sibling> siblings;
  for (const Pod* pod : pods) {
    std::optional<PodState> state = OurState(PodStateOf(*pod), templates.deployment);
    if (!state || state->target != templates.target) continue;
    const RevisionBasis basis = BasisOfPatch(*pod, *state);
    if (basis != RevisionBasis::kPatched && basis != RevisionBasis::kRewritten) continue;
    siblings.push_back({pod, *std::move(state)});
  }
  return siblings;
}

// Like OfImages, but for a Pod whose images admission rewrote. Looks for a sibling that had the
// same images before the sibling was patched, and returns the template that the sibling had then.
// Returns nullopt if another client has edited `pod` (its generation is above 1).
std::optional<Fingerprint> BornLikeSiblings(const Pod& pod, const std::vector<Sibling>& siblings,
                                            const std::vector<TemplateImages>& others) {
  if (pod.meta.generation > 1) return std::nullopt;
  for (const auto& [sibling, state] : siblings) {
    const auto before = std::ranges::find(others, state.from, &TemplateImages::fingerprint);
    if (before != others.end() && HadImagesOf(pod, *sibling, state, *before)) return state.from;
  }
  return std::nullopt;
}

// Returns the state to use for a foreign Pod (RevisionBasis::kForeign: another client changed it)
// whose images are not those of the patch in `state`; nullopt if the Pod is not drained. The
// returned state
//   - has the `drain` of `state`, so that the Pod is returned to traffic later
//   - has no containers
//   - names `of` as the Pod's template
std::optional<PodState> OfForeign(const PodState& state, const Fingerprint& of) {
  if (!state.drain) return std::nullopt;
  PodState left = state;
  left.target = left.from = of;
  left.containers.clear();
  return left;
}

// `state` is the state of a foreign Pod (RevisionBasis::kForeign: another client changed it).
// Returns the template to which the Pod was patched, if the Pod counts as still having it; nullopt
// otherwise. The first case that applies counts:
//   - the Pod has the images of the host's or the target template: nullopt
//   - the Pod was patched to the target template: nullopt
//   - this workload patched the Pod: the template if no ReplicaSet has it any more, otherwise
//     nullopt
//   - another workload patched the Pod, such as a former one of this name, deleted with
//     --cascade=orphan: the template if the Pod still has the images of that patch, otherwise
//     nullopt
std::optional<Fingerprint> LeftBy(const Pod& pod, const PodState& state, const Uid& deployment,
                                  const KnownTemplates& templates) {
  if (HasImagesOf(pod, templates.host) || HasImagesOf(pod, templates.desired)) return std::nullopt;
  if (state.target == templates.desired.fingerprint) return std::nullopt;
  const bool lost = state.deployment == deployment
                        ? std::ranges::count(templates.others, state.target) == 0
                        : AsksForWhatWePatched(pod, state);
  return lost ? std::optional(state.target) : std::nullopt;
}

// Returns the containers that a patch from template `had` to template `has` restarted: the
// containers whose images differ, or all containers if no image differs.
std::vector<ContainerImage> Restarted(const TemplateImages& has, const TemplateImages& had) {
  std::vector<ContainerImage> changed;
  std::ranges::copy_if(has.containers, std::back_inserter(changed), [&](const auto& one) {
    return std::ranges::find(had.containers, one) == had.containers.end();
  });
  return changed.empty() ? has.containers : changed;
}

// Returns the state of a Pod that another workload patched, as long as that patch is under way;
// nullopt otherwise. Example: a former workload of this name that was deleted with
// --cascade=orphan.
std::optional<PodState> UnderWayOfFormer(const Pod& pod,
                                         const std::optional<Result<PodState>>& said,
                                         WallTime now) {
  if (!said || !said->ok() || (*said)->pod != pod.meta.uid) return std::nullopt;
  const PodState& patch = **said;
  const PodState undrained = WithoutDrain(patch);  // the drain alone restarts nothing
  if (!AsksForWhatWePatched(pod, patch) || !IsInFlight(pod, &undrained, now)) return std::nullopt;
  return patch;
}

// Returns the images of the host's template, or those of `target` if the text of the host's
// template is not known.
Result<TemplateImages> HostImages(const ReplicaSet& host, const TemplateImages& target) {
  if (host.template_json == nullptr) {
    return TemplateImages{host.template_fingerprint, target.containers};
  }
  return ReadTemplateImages(host.template_fingerprint, *host.template_json);
}

// Returns true if the Pod has each quantity that `amounts` set in its containers.
bool HasAmounts(const Pod& pod, const std::vector<ResourceChange>& changes, bool after) {
  return std::ranges::all_of(changes, [&](const ResourceChange& change) {
    const PodContainer* live = pod.Find(change.container);
    if (live == nullptr) return false;
    const CpuAndMemory has = ParseContainerResources(live->resources.text()).wanted;
    const CpuAndMemory& wants = after ? change.to : change.from;
    for (size_t i = 0; i < kResourceFields.size(); ++i) {
      const bool changes_it = change.from.values[i] != change.to.values[i];
      if (changes_it && !IsSameQuantity(has.values[i], wants.values[i])) return false;
    }
    return true;
  });
}

// Returns the template of another ReplicaSet whose images and resources the Pod has, if it has not
// the resources of the host's template; nullopt if there is none. For Pods without a state: images
// alone do not tell templates apart that differ in CPU or memory (P-028, P-057).
Result<std::optional<Fingerprint>> BornWithResources(const Pod& pod,
                                                     const RolloutTemplates& templates) {
  const ReplicaSet& host = templates.host;
  if (host.template_json == nullptr) return std::optional<Fingerprint>();
  const KnownTemplate of_host{host.template_fingerprint, *host.template_json};
  for (const ReplicaSet* rs : templates.all) {
    if (rs == &host || rs->template_json == nullptr) continue;
    WINDLASS_TRY(const TemplatePair pair,
                 ReadPair({rs->template_fingerprint, *rs->template_json}, of_host));
    const auto changes = CompareResources(pair.resources_before, pair.resources_after);
    if (changes.empty() || !HasImagesOf(pod, pair.images_before)) continue;
    if (HasAmounts(pod, changes, /*after=*/false)) return std::optional(rs->template_fingerprint);
  }
  return std::optional<Fingerprint>();
}

// Sets only the members that depend on the Pod, its node and its state. The caller sets `updated`,
// `of_host` and `stand_in`.
PodStanding StandingOf(const Pod& pod, const PodState* state, int32_t min_ready_seconds,
                       const Nodes& nodes, WallTime now) {
  const std::optional<WallTime> unschedulable = UnschedulableFrom(pod);
  return {.node = pod.node_name.text(),
          .zone = ZoneOf(pod, nodes),
          .in_flight = IsInFlight(pod, state, now),
          .available = IsAvailable(pod, state, min_ready_seconds, now),
          .ready = pod.ready.IsTrue(),
          .resizing = state != nullptr && ResizeStepOf(pod, *state) != ResizeStep::kDone,
          .exempt = IsOnLostNode(pod, nodes),
          .unschedulable = unschedulable && *unschedulable <= now};
}

// Sets PodStanding::gentle of the Pods that are still to be updated.
Status FindGentle(const RolloutTemplates& templates, std::span<RolloutPod> pods) {
  const KnownTemplate target{templates.target, templates.target_json};
  // nullopt: no CPU or memory differs between this template and the target.
  std::map<Fingerprint, std::optional<TemplatePair>> pairs;
  for (RolloutPod& one : pods) {
    if (one.standing.updated || one.standing.stand_in) continue;
    auto pair = pairs.find(one.of);
    if (pair == pairs.end()) {
      const auto rs = std::ranges::find(templates.all, one.of, [](const ReplicaSet* known) {
        return known->template_fingerprint;
      });
      const bool known = rs != templates.all.end() && (*rs)->template_json != nullptr;
      const KnownTemplate from{one.of, known ? *(*rs)->template_json : std::string_view()};
      WINDLASS_TRY(TemplatePair read, ReadPair(from, target));
      const bool same = read.knows_before &&
                        CompareResources(read.resources_before, read.resources_after).empty();
      pair = pairs.emplace(one.of, same ? std::nullopt : std::optional(std::move(read))).first;
    }
    one.standing.gentle = pair->second && OnlyResizes(*one.pod, one.state(), *pair->second);
  }
  return Unit{};
}

}  // namespace

const ReplicaSet* OwnerOf(const Pod& pod, std::span<const ReplicaSet* const> all) {
  const OwnerReference* reference = pod.meta.ControllerRef();
  if (reference == nullptr) return nullptr;
  const auto found = std::ranges::find_if(
      all, [&](const ReplicaSet* rs) { return rs->meta.uid == reference->uid; });
  return found == all.end() ? nullptr : *found;
}

Result<std::vector<RolloutPod>> ClassifyPods(std::span<const Pod* const> pods,
                                             const RolloutTemplates& templates, const Nodes& nodes,
                                             WallTime now) {
  const ReplicaSet& host = templates.host;
  WINDLASS_TRY(const TemplateImages target,
               ReadTemplateImages(templates.target, templates.target_json));
  WINDLASS_TRY(const TemplateImages host_images, HostImages(host, target));
  WINDLASS_TRY(const std::vector<TemplateImages> others, OtherImages(templates));
  std::vector<Fingerprint> known;
  for (const ReplicaSet* rs : templates.all) known.push_back(rs->template_fingerprint);

  std::vector<RolloutPod> out;
  std::optional<std::vector<Sibling>> siblings;  // computed when first needed
  for (const Pod* pod : pods) {
    if (pod->meta.deleting()) continue;
    const ReplicaSet* owner = OwnerOf(*pod, templates.all);
    if (owner == nullptr) continue;
    auto said = PodStateOf(*pod, nodes);
    std::optional<PodState> state = OurState(said, templates.deployment);
    if (state && IsOutdated(*pod, *state, templates.revisions)) {
      said = Result<PodState>(Error{ErrorKind::kMalformed, "the state is of an earlier patch"});
      state.reset();
    }

    Fingerprint of = owner->template_fingerprint;
    bool put_back = false;
    bool try_again = false;
    bool lost = false;
    if (owner == &host) {
      const KnownTemplates images{host_images, target, known};
      const RevisionOfPod revision = SpecRevision(*pod, said, templates.deployment, images);
      of = revision.of;
      put_back = revision.basis == RevisionBasis::kPutBack;
      try_again = put_back && now >= TryAgainAt(*state);
      const bool foreign = revision.basis == RevisionBasis::kForeign;
      if (foreign && said && said->ok()) {
        of = LeftBy(*pod, **said, templates.deployment, images).value_or(of);
      }
      const bool nothing_said = !said || !said->ok();
      // A Pod that was never patched may have other images than its template, because admission
      // rewrote them. So Windlass infers the template from the images only if the Pod was edited or
      // patched.
      const bool edited = pod->meta.generation != 1 || pod->meta.labels.Has(kRevisionLabel);
      const bool by_image = templates.by_image && edited;
      if (foreign && nothing_said && (by_image || templates.late_births)) {
        auto born = OfImages(*pod, others);
        if (!born && templates.late_births) {
          if (!siblings) siblings = Siblings(pods, templates);
          born = BornLikeSiblings(*pod, *siblings, others);
        }
        of = born.value_or(of);
      }
      // Images alone do not show that a Pod which lost its state was resized.
      const bool was_patched = templates.by_image && pod->meta.labels.Has(kRevisionLabel);
      if (nothing_said && !foreign && (templates.late_births || was_patched)) {
        WINDLASS_TRY(const auto born, BornWithResources(*pod, templates));
        of = born.value_or(of);
      }
      if (!state) {
        const TemplateImages& has = of == target.fingerprint ? target : host_images;
        state = LostState(*pod, said, templates.deployment, {of, Restarted(has, host_images)},
                          templates.revisions, now);
        if (state) {
          state->heard_since = KubeletHeardSince(*pod, nodes);
          lost = true;
        }
      }
      if (!state) state = UnderWayOfFormer(*pod, said, now);
      if (foreign && state && !AsksForWhatWePatched(*pod, *state)) state = OfForeign(*state, of);
    }
    const PodState* ours = state ? &*state : nullptr;
    PodStanding standing = StandingOf(*pod, ours, templates.min_ready_seconds, nodes, now);
    standing.updated = of == templates.target && !try_again;
    standing.put_back = put_back;
    standing.of_host = of == host.template_fingerprint;
    standing.stand_in = owner != &host;
    out.push_back(
        {.pod = pod, .our_state = std::move(state), .of = of, .lost = lost, .standing = standing});
  }
  WINDLASS_TRY([[maybe_unused]] const Unit gentle, FindGentle(templates, out));
  return out;
}

PodCounts CountPods(std::span<const RolloutPod> pods) {
  PodCounts counts;
  for (const RolloutPod& one : pods) {
    const PodStanding& pod = one.standing;
    ++counts.pods;
    counts.updated += pod.updated ? 1 : 0;
    counts.put_back += pod.updated && pod.put_back ? 1 : 0;
    counts.in_flight += (pod.in_flight || pod.resizing) && pod.waited_for() ? 1 : 0;
    counts.ready += one.pod->ready.IsTrue() && !pod.in_flight ? 1 : 0;
    counts.available += pod.available ? 1 : 0;
    counts.serving += pod.serves ? 1 : 0;
    counts.looks_ready += pod.looks_ready ? 1 : 0;
    if (pod.stand_in) {
      ++counts.stand_ins;
      continue;
    }
    counts.patched += pod.updated ? 1 : 0;
    counts.to_update += pod.updated ? 0 : 1;
    const bool proven = pod.updated && pod.available && !pod.resizing;
    counts.settled += proven || (pod.updated && !pod.waited_for()) ? 1 : 0;
    counts.proven += proven ? 1 : 0;
  }
  return counts;
}

}  // namespace windlass::in_place
