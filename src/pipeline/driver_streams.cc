#include <algorithm>

#include "hypnos/base/check.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"
#include "pipeline/driver.h"

namespace hypnos {
namespace {

// The first that no stream has.
size_t FreePlace(const std::vector<std::unique_ptr<Stream>>& streams) {
  size_t place = 0;
  while (std::ranges::any_of(streams, [&](const auto& s) { return s->place == place; })) ++place;
  return place;
}

Error OtherSize(const Stream& stream, const PlaneShape& shape, const std::string& first,
                const PlaneShape& of_first) {
  return {Code::kInvalidArgument, "FRAME_SIZE",
          Format("source '{}': its frames are of {}x{}, and those of '{}', which is watched by the "
                 "same network, of {}x{}: give encoding.width and height, to which all are resized",
                 Printable(stream.name), shape.width, shape.height, Printable(first),
                 of_first.width, of_first.height)};
}

}  // namespace

Stream* Pipeline::Driver::Find(const std::string& name) const {
  const auto found = std::ranges::find(streams_, name, [](const auto& s) { return s->name; });
  return found == streams_.end() ? nullptr : found->get();
}

bool Pipeline::Driver::has_streams() const {
  return std::ranges::any_of(streams_, [](const auto& stream) { return !stream->ended(); });
}

void Pipeline::Driver::AddStream(const StreamInput& input) {
  if (Stream* awaited = Find(input.name); awaited != nullptr && awaited->awaited) {
    awaited->awaited = false;
    awaited->queue = input.queue;
    awaited->waited_for = input.waited_for;
    awaited->switched = awaited->switched || !input.continues;
    input.queue->SetBell(&bell_);
    TellQueues();
    return Tell(StreamAdded{input.name, input.continues});
  }
  const Stream* before = Find(input.name);
  HYPNOS_CHECK(before == nullptr || before->ended());
  if (before != nullptr) Drop(input.name);
  streams_.push_back(
      std::make_unique<Stream>(input, FreePlace(streams_), options_, memories_.sequences.frames()));
  streams_.back()->live_label = live_label_;
  streams_.back()->source_place = input.place;
  if (streams_.back()->novelty != nullptr) streams_.back()->novelty->NumberAbove(last_event_);
  input.queue->SetBell(&bell_);
  TellQueues();
  Tell(StreamAdded{input.name});
}

std::shared_ptr<const SourcePlace> Pipeline::Driver::PlaceOf(const std::string& stream) const {
  const Stream* found = Find(stream);
  return found == nullptr ? nullptr : found->source_place;
}

bool Pipeline::Driver::RemoveStream(const std::string& name) {
  if (!Drop(name)) return false;
  Tell(StreamRemoved{name});
  return true;
}

bool Pipeline::Driver::Drop(const std::string& name) {
  const auto found = std::ranges::find(streams_, name, [](const auto& s) { return s->name; });
  if (found == streams_.end()) return false;
  // Steps under way point to it.
  if (flow_ && !ended_) flow_->Drain();
  EndEvent(**found);
  if ((*found)->novelty != nullptr) {
    last_event_ = std::max(last_event_, (*found)->novelty->last_number());
  }
  if (!(*found)->ended()) (*found)->queue->SetBell(nullptr);
  std::erase_if(summary_.failures, [&](const StreamEnd& end) { return end.source == name; });
  if (static_cast<size_t>(found - streams_.begin()) < turn_) --turn_;
  streams_.erase(found);
  return true;
}

// Whose order of frames hangs on no clock as long as each is waited for.
bool Pipeline::Driver::all_are_waited_for() const {
  return std::ranges::all_of(
      streams_, [](const auto& stream) { return stream->ended() || stream->waited_for; });
}

Result<bool> Pipeline::Driver::TakeTurn() {
  HYPNOS_ASSIGN_OR_RETURN(const bool taken, script_ != nullptr ? FollowTurn() : TakeNext());
  if (taken) ++moment_;
  return taken;
}

Result<bool> Pipeline::Driver::TakeNext() {
  for (size_t tried = 0; tried < streams_.size(); ++tried) {
    if (turn_ >= streams_.size()) turn_ = 0;
    Stream& stream = *streams_[turn_];
    if (!stream.ended()) {
      if (auto next = stream.queue->TryPop()) {
        // An end takes no turn: it may be that of a queue which is closed since all shall stop, and
        // then whoever goes on from what is saved goes on with this stream.
        if (next->ok() && std::holds_alternative<Frame>(**next)) ++turn_;
        HYPNOS_RETURN_IF_ERROR(Take(stream, *std::move(next)));
        return true;
      }
      if (all_are_waited_for() && !stream.queue->paused()) return false;
    }
    ++turn_;
  }
  return false;
}

Status Pipeline::Driver::Take(Stream& stream, Result<FrameOrEnd> next) {
  next = Told(stream, std::move(next));
  if (!next.ok()) {
    Leave(stream, next.error());
    return {};
  }
  if (std::holds_alternative<EndOfStream>(*next)) {
    std::optional<Error> error;
    // Where it was told to stop, the queue is closed.
    if (!stream.encoder && !stopped_) {
      error = Error{Code::kNotFound, "NO_FRAMES",
                    stream.name.empty() ? "the source ended before its first frame"
                                        : Format("source '{}' ended before its first frame",
                                                 Printable(stream.name))};
    }
    Leave(stream, std::move(error));
    return {};
  }
  if (!stream.encoder) {
    Status welcome = Welcome(stream, std::get<Frame>(*next));
    const bool alone = std::ranges::none_of(
        streams_, [&](const auto& s) { return s.get() != &stream && !s->ended(); });
    if (!welcome.ok() && !network_ && alone) return welcome;
    if (!welcome.ok()) {
      Leave(stream, welcome.error());
      return {};
    }
  }
  last_frame_ = clock_.Now();
  ++stream.frames_taken;
  Frame& frame = std::get<Frame>(*next);
  if (frame.place != nullptr) stream.source_place = std::move(frame.place);
  ShowFrame(stream, std::move(frame));
  return {};
}

Status Pipeline::Driver::Welcome(Stream& stream, const Frame& first) {
  HYPNOS_ASSIGN_OR_RETURN(auto encoder, MakeEncoder(options_.encoder));
  const PlaneShape shape = encoder->ShapeWith(first);
  if (!network_) {
    HYPNOS_RETURN_IF_ERROR(Prepare(shape));
    measured_ = stream.name;
  } else if (shape != network_->grid().frame()) {
    return OtherSize(stream, shape, measured_, network_->grid().frame());
  }
  flow_->Drain();
  network_->MakeLanes(stream.place + 1);
  stream.encoder = std::move(encoder);
  return {};
}

void Pipeline::Driver::Leave(Stream& stream, std::optional<Error> error) {
  Release(stream);
  if (error) summary_.failures.push_back({stream.name, error});
  EndEvent(stream);
  observer_.OnStreamEnd({stream.name, std::move(error)});
}

// It has not ended, and may be gone on with: nothing is changed by that which is saved.
void Pipeline::Driver::LeaveUnended(Stream& stream) {
  Release(stream);
  if (stream.novelty != nullptr && network_) {
    NoveltyWatch::TellEnd(*stream.novelty, stream.name, network_->grid(), observer_);
  }
  observer_.OnStreamEnd({stream.name, {}});
}

// Of what it gave, nothing is reported after that.
void Pipeline::Driver::Release(Stream& stream) {
  stream.queue->SetBell(nullptr);
  stream.queue = nullptr;
  if (flow_) flow_->Settle();
}

void Pipeline::Driver::EndEvent(Stream& stream) {
  if (stream.novelty == nullptr || !network_) return;
  NoveltyWatch::End(*stream.novelty, stream.name, network_->grid(), observer_);
}

}  // namespace hypnos
