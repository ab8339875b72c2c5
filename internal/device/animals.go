package device

import (
	"hash/fnv"
	"strings"

	"heliograph"
)

const (
	tempers = "Amber Brave Bright Brisk Calm Cheerful Clever Coral Cosy Crimson Curious Daring Dapper Eager Emerald Gentle Golden Happy " +
		"Hazel Indigo Jolly Keen Kind Lively Lucky Lunar Mellow Merry Mighty Nimble Noble Olive Patient Polite Proud Quick Quiet Rosy Ruby Silver " +
		"Sleek Snowy Sunny Swift Teal Tidy Violet Warm Wise Witty"
	animals = "Albatross Antelope Badger Beaver Bison Buffalo Camel Caribou Cheetah Chipmunk Cormorant Crane Curlew Dolphin Dormouse Eagle " +
		"Egret Elk Falcon Ferret Finch Flamingo Gazelle Gecko Giraffe Grouse Hare Hedgehog Heron Ibex Ibis Jackdaw Jaguar Kestrel Kingfisher " +
		"Koala Lark Lemur Leopard Lynx Magpie Manatee Marmot Marten Meerkat Moose Narwhal Nightingale Ocelot Okapi Osprey Otter Owl Panda Panther " +
		"Pelican Penguin Platypus Puffin Quail Rabbit Raccoon Raven Robin Salamander Seal Sparrow Squirrel Starling Stork Swallow Swan Tapir Tern " +
		"Tortoise Toucan Turtle Walrus Wombat Wren Zebra"
)

// animalName is what an anonymous user is called, always the same.
func animalName(u heliograph.UserID) string {
	h := fnv.New64a()
	_, _ = h.Write(u[:])
	n := h.Sum64()
	first, second := strings.Fields(tempers), strings.Fields(animals)
	return first[n%uint64(len(first))] + " " + second[n>>16%uint64(len(second))]
}
