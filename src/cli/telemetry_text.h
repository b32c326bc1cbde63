// How what a daemon says of itself reads: the same words in every command that shows it.
// Threads: safe.
#pragma once

#include <google/protobuf/repeated_ptr_field.h>

#include <string>

#include "proto/telemetry.pb.h"

namespace hypnos::cli {

// "awake", "asleep", ...
const char* StateWord(telemetry::Phase::State state);
const char* StateWord(telemetry::Source::State state);

// "awake, step 64 of 128, slept 6 times", and where it is so "; learning is off".
std::string PhaseText(const telemetry::Phase& phase);
// "sound; attempt 1 of 3, at 0.5 times the learning rate"
std::string GuardText(const telemetry::Guard& guard);
// "3.0 % to learn", "finished", ...
std::string LearningWord(const telemetry::Layer& layer);
// "181", "181 of 1590".
std::string FramesText(const telemetry::Source& source);
// "" where nothing was lost; "4 too slow, 2 unreadable".
std::string LossesText(const telemetry::Source& source);

std::string SourcesText(const google::protobuf::RepeatedPtrField<telemetry::Source>& sources);
// "walking; read-out running 0.52, goodness walking 0.61; right of late …"; "" before there was
// one.
std::string LabelsLine(const telemetry::Labels& labels);
// A line for each guess, and how often the likeliest was right.
std::string LabelsText(const telemetry::Labels& labels);
std::string LayersText(const google::protobuf::RepeatedPtrField<telemetry::Layer>& layers);

}  // namespace hypnos::cli
