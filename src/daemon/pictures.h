// What the network sees and expects, as pictures for people. Pure functions. Threads: safe.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "hypnos/imaging/image.h"
#include "hypnos/sources/video_encoder.h"
#include "proto/control.pb.h"

namespace hypnos {

// Undoes the scaling of the encoder: grey, or BGR where the frame is encoded in colour; other
// channels are left out. Grey in the middle of the range for a channel that was never scaled.
Image PictureOf(const Planes& planes, const std::vector<ChannelStatistics>& channels,
                VideoEncoderOptions::Colour colour);

// So unusual are places of which events are made, by Novelty::map: as bright as can be.
inline constexpr float kMostUnusual = 10;

control::Picture PngPicture(const std::string& name, const Image& image);

// The picture with the map of rows x columns laid over it; a figure of `brightest` is brightest.
control::Picture PngMap(const std::string& name, const Image& below, std::span<const float> map,
                        size_t rows, size_t columns, float brightest);

}  // namespace hypnos
